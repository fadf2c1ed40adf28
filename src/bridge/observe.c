/*
 * observe.c
 *		What is told of requests: to metrics, and to the log (--log-requests).
 *
 * A line of the log has words of ours and numbers alone: nothing that a client sent.
 *
 * Entry points: observe, observe_call.
 */
#include "observe.h"

#include <inttypes.h>

#include "clock.h"
#include "command_line.h"
#include "log.h"
#include "metrics.h"

/* What they were by their method in MCP; others are nobody's requests. */
static const char *const methods[REQUEST_KINDS] = {
	[REQUEST_TOOLS] = "tools/list",
	[REQUEST_INSTRUCTIONS] = "initialize",
	[REQUEST_READ] = "tools/call",
	[REQUEST_WRITE] = "tools/call",
	[REQUEST_ANSWER] = "tools/call",
	[REQUEST_RESOURCES] = "resources/list",
	[REQUEST_TEMPLATES] = "resources/templates/list",
	[REQUEST_RESOURCE] = "resources/read",
	[REQUEST_PROMPTS] = "prompts/list",
	[REQUEST_PROMPT] = "prompts/get",
	[REQUEST_COMPLETION] = "completion/complete",
	[REQUEST_WATCH] = "subscribe",
};

static const char *
or_else(const char *word, const char *instead)
{
	return word != NULL ? word : instead;
}

void
observe(const Observed *request)
{
	uint64_t	took = request->began > 0 ? clock_us() - request->began : 0;
	const char *route = or_else(request->route, "none");

	metrics_request(request->transport, route, request->status, took);
	if (options.log_requests)
		log_line("%s %s %d %" PRIu64 " %s", or_else(request->method, "-"), route, request->status,
				 took, or_else(request->subject, "-"));
}

void
observe_call(const Request *request, uint64_t began)
{
	const Observed observed = {
		.transport = "stdio", .route = methods[request->kind],
		.status = request->status != 0 ? request->status : STATUS_GONE, .began = began
	};

	observe(&observed);
}
