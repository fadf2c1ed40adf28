/*
 * main.c
 *		scimver-mcp: the tools of the extension scimver for MCP clients.
 *
 * One process, one event loop.  A client is a session (session.c) on a transport
 * (transport.h, lines.c, transport_stdio.c).  Its lines become messages (scan.c,
 * rpc.c, message.c, mcp.c), which either are answered at once (result.c) or become
 * calls, whose requests (request.c) find their tool (tool_list.c) and a connection
 * (pool.c, connection.c, queries.c).  A call of a tool may have its client's user asked
 * before it ends (call.c, consult.c).  A timer asks for seals of the history, which no
 * client waits for (seal.c).  While clients are subscribed (live.c, subscriptions.c,
 * audience.c), another asks for what was changed (feed.c, listening.c).
 *
 * With --http, clients come by connections (http_listen.c, http_connection.c); their
 * requests (http_serve.c, http_parse.c, http.c) have routes (http_routes.c), such as SCIM
 * (scim.c), which asks the same pool.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command_line.h"
#include "consult.h"
#include "feed.h"
#include "health.h"
#include "http_serve.h"
#include "instructions.h"
#include "lifetime.h"
#include "log.h"
#include "mcp.h"
#include "own_role.h"
#include "pool.h"
#include "scim.h"
#include "seal.h"
#include "session.h"
#include "tool_list.h"
#include "transport_stdio.h"

/* May epoll be asked about it? */
static bool
is_pipe(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

static void
log_event_library(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_line("%s", text);
}

/*
 * Clients give us pipes or sockets; files and devices need poll instead of epoll.  What
 * serves HTTP does not look at standard input and output.
 */
static struct event_base *
make_event_base(void)
{
	struct event_config *config = event_config_new();
	bool		pipes = options.http != NULL ||
		(is_pipe(STDIN_FILENO) && is_pipe(STDOUT_FILENO));
	struct event_base *base;

	if (config == NULL ||
		(!pipes && event_config_require_features(config, EV_FEATURE_FDS) < 0) ||
		event_config_avoid_method(config, "select") < 0 ||
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) < 0 ||
		(base = event_base_new_with_config(config)) == NULL)
		log_fatal("cannot make an event loop");
	event_config_free(config);
	return base;
}

/* HTTP, and what tells of the process by it. */
static void
open_http(struct event_base *base)
{
	health_open(base);
	if (options.http != NULL)
		scim_open(base);
	http_open(base);
	/* the database is asked last: what the command line has wrong is told alone */
	if (options.http != NULL && options.scim_base != NULL)
		own_role_open();
}

int
main(int argc, char **argv)
{
	struct event_base *base;

	command_line_read(argc, argv);
	event_set_log_callback(log_event_library);
	base = make_event_base();
	lifetime_open(base);
	pool_open(base);
	tool_list_open();
	instructions_open(base);
	consult_open(base);
	seal_open(base);
	feeds_open(base);
	sessions_open(base, lifetime_end);
	if (options.http != NULL || options.metrics != NULL)
		open_http(base);
	if (options.http == NULL)
		mcp_serve(transport_stdio_open(base));
	if (event_base_dispatch(base) < 0)
		log_fatal("the event loop failed");
	feeds_close();
	pool_close();
	return EXIT_CLEAN;
}
