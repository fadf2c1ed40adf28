/*
 * metrics.c
 *		Counters, gauges and histograms, and how Prometheus reads them (text format 0.0.4).
 *
 * A family has a cell for each choice of its labels; a histogram has several there.  What
 * has at most one label is written whole, as a rate has to begin at 0; of the others, what
 * has happened.
 *
 * Entry points: metrics_request, metrics_database, metrics_error, metrics_count,
 * metrics_set, metrics_write.
 */
#include "metrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- labels: what is not one of their values is the last one ---- */

#define OTHER "other"

static const char *const transports[] = {"stdio", "http"};
static const char *const routes[] = {
	"scim", "healthz", "readyz", "metrics", "none",
	"initialize", "server/discover", "tools/list", "tools/call", "resources/list",
	"resources/templates/list", "resources/read", "prompts/list", "prompts/get",
	"completion/complete", "subscribe", OTHER
};
static const char *const statuses[] = {
	"200", "201", "204", "304", "400", "401", "403", "404", "405", "406", "408", "409", "412",
	"413", "414", "415", "417", "423", "428", "429", "431", "499", "500", "501", "503", "505",
	OTHER
};
static const char *const codes[] = {
	"VERSION_MISMATCH", "INVALID_VERSION_FORMAT", "VERSION_REQUIRED", "VERSION_NOT_FOUND",
	"USER_NOT_FOUND", "GROUP_NOT_FOUND", "RESOURCE_NOT_FOUND", "UNIQUENESS", "INVALID_VALUE",
	"INVALID_SYNTAX", "INVALID_PATH", "INVALID_FILTER", "NO_TARGET", "MUTABILITY", "TOO_MANY",
	"INVALID_CURSOR", "EXPIRED_CURSOR", "INVALID_COUNT", "INVALID_ARGUMENT", "TENANT_FORBIDDEN",
	"PERMISSION_DENIED", "SENSITIVE", "LEASE_HELD", "LEASE_LOST", "POLICY_DENIED",
	"REVIEW_REQUIRED", "NOT_A_REVIEWER", "PROPOSAL_NOT_FOUND", "PROPOSAL_CLOSED",
	"NOT_REGISTERED", "ALREADY_REGISTERED", "INVALID_MAPPING", "TOO_LARGE", "CONFLICT_STORM",
	"RETRY_LATER", "OUTCOME_UNKNOWN", "STILL_REFERENCED", "TOKEN_INVALID", "INVALID_REQUEST",
	"INTERNAL", OTHER
};
static const char *const reasons[] = {"missing", "malformed", "refused", "forbidden", "rate"};
static const char *const directions[] = {"received", "sent"};

typedef struct Label
{
	const char *name;
	const char *const *values;
	size_t		count;			/* how many of them */
} Label;

#define LABEL(name, values) {name, values, sizeof(values) / sizeof((values)[0])}

static const Label by_transport = LABEL("transport", transports);
static const Label by_route = LABEL("route", routes);
static const Label by_status = LABEL("status", statuses);
static const Label by_code = LABEL("code", codes);
static const Label by_reason = LABEL("reason", reasons);
static const Label by_direction = LABEL("direction", directions);

#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))
#define ROUTES (sizeof(routes) / sizeof(routes[0]))
#define STATUSES (sizeof(statuses) / sizeof(statuses[0]))
#define CODES (sizeof(codes) / sizeof(codes[0]))
#define REASONS (sizeof(reasons) / sizeof(reasons[0]))
#define DIRECTIONS (sizeof(directions) / sizeof(directions[0]))

/* ---- histograms: how many took no longer than each of these, in microseconds ---- */

static const uint64_t limits[] = {
	100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000,
	2500000, 5000000, 10000000
};

#define LIMITS (sizeof(limits) / sizeof(limits[0]))

/* Behind a cell for each limit: those that took longer, and the sum of all, in microseconds. */
#define BEYOND LIMITS
#define SUM (LIMITS + 1)
#define HISTOGRAM (LIMITS + 2)

/* ---- the families ---- */

#define MOST_LABELS 3

typedef enum FamilyKind
{
	FAMILY_COUNTER,
	FAMILY_GAUGE,
	FAMILY_HISTOGRAM
} FamilyKind;

static const char *const kinds[] = {
	[FAMILY_COUNTER] = "counter", [FAMILY_GAUGE] = "gauge", [FAMILY_HISTOGRAM] = "histogram"
};

typedef struct Family
{
	const char *name;
	FamilyKind	kind;
	const char *help;
	uint64_t   *cells;			/* by the labels, the last one fastest */
	const Label *labels[MOST_LABELS];	/* those that it has stand first */
} Family;

static uint64_t requests[TRANSPORTS * ROUTES * STATUSES];
static uint64_t request_seconds[TRANSPORTS * ROUTES * HISTOGRAM];
static uint64_t errors[CODES];
static uint64_t auth_failures[REASONS];
static uint64_t db_seconds[HISTOGRAM];
static uint64_t bytes[DIRECTIONS];
static uint64_t single[METRICS];	/* of what has no labels */

static const Family families[METRICS] = {
	[METRIC_REQUESTS] = {"scimver_requests_total", FAMILY_COUNTER,
		"Requests that were answered.", requests, {&by_transport, &by_route, &by_status}},
	[METRIC_REQUEST_SECONDS] = {"scimver_request_seconds", FAMILY_HISTOGRAM,
		"Time from a request to its answer.", request_seconds, {&by_transport, &by_route}},
	[METRIC_ERRORS] = {"scimver_errors_total", FAMILY_COUNTER,
		"Errors that clients were told.", errors, {&by_code}},
	[METRIC_CONFLICTS] = {"scimver_conflicts_total", FAMILY_COUNTER,
		"Writes that were refused, as the version was another one.", &single[METRIC_CONFLICTS],
	{NULL}},
	[METRIC_AUTH_FAILURES] = {"scimver_auth_failures_total", FAMILY_COUNTER,
		"Requests that were refused for their token.", auth_failures, {&by_reason}},
	[METRIC_POOL_SIZE] = {"scimver_pool_size", FAMILY_GAUGE,
		"Connections to the database that there may be.", &single[METRIC_POOL_SIZE], {NULL}},
	[METRIC_POOL_BUSY] = {"scimver_pool_busy", FAMILY_GAUGE,
		"Connections to the database that work on a request.", &single[METRIC_POOL_BUSY], {NULL}},
	[METRIC_POOL_WAITING] = {"scimver_pool_waiting", FAMILY_GAUGE,
		"Requests that wait for such a connection.", &single[METRIC_POOL_WAITING], {NULL}},
	[METRIC_DB_SECONDS] = {"scimver_db_seconds", FAMILY_HISTOGRAM,
		"Time that the database took for a statement.", db_seconds, {NULL}},
	[METRIC_CONNECTIONS] = {"scimver_connections", FAMILY_GAUGE,
		"Connections of clients.", &single[METRIC_CONNECTIONS], {NULL}},
	[METRIC_SUBSCRIPTIONS] = {"scimver_subscriptions", FAMILY_GAUGE,
		"Subscriptions of clients.", &single[METRIC_SUBSCRIPTIONS], {NULL}},
	[METRIC_BYTES] = {"scimver_bytes_total", FAMILY_COUNTER,
		"Bytes from and to clients.", bytes, {&by_direction}},
};

/* ---- counting ---- */

/* Which of its values that is, or stands for it. */
static size_t
value_of(const Label *label, const char *text)
{
	size_t		i = 0;

	while (i < label->count - 1 && strcmp(label->values[i], text) != 0)
		i++;
	return i;
}

/* The cells of the family for these values of its labels. */
static uint64_t *
cells_of(Metric metric, const char *const values[MOST_LABELS])
{
	const Family *family = &families[metric];
	size_t		at = 0;

	for (size_t i = 0; i < MOST_LABELS && family->labels[i] != NULL; i++)
		at = at * family->labels[i]->count + value_of(family->labels[i], values[i]);
	return family->cells + at * (family->kind == FAMILY_HISTOGRAM ? HISTOGRAM : 1);
}

static void
note_time(uint64_t *cells, uint64_t microseconds)
{
	size_t		i = 0;

	while (i < LIMITS && microseconds > limits[i])
		i++;
	cells[i]++;
	cells[SUM] += microseconds;
}

void
metrics_request(const char *transport, const char *route, int status, uint64_t microseconds)
{
	char		text[16];
	const char *const values[MOST_LABELS] = {transport, route, text};

	(void) snprintf(text, sizeof(text), "%d", status);
	*cells_of(METRIC_REQUESTS, values) += 1;
	note_time(cells_of(METRIC_REQUEST_SECONDS, values), microseconds);
}

void
metrics_database(uint64_t microseconds)
{
	note_time(db_seconds, microseconds);
}

void
metrics_count(Metric metric, const char *label, uint64_t times)
{
	const char *const values[MOST_LABELS] = {label};

	*cells_of(metric, values) += times;
}

void
metrics_error(const char *code)
{
	metrics_count(METRIC_ERRORS, code != NULL ? code : "INVALID_REQUEST", 1);
	if (code != NULL && strcmp(code, "VERSION_MISMATCH") == 0)
		metrics_count(METRIC_CONFLICTS, NULL, 1);
}

void
metrics_set(Metric metric, uint64_t value)
{
	single[metric] = value;
}

/* ---- writing ---- */

/* A name, and the labels of a cell; more, if there is any, is the last one. */
static void
write_name(Buf *out, const Family *family, const char *suffix, const size_t *values,
		   const char *more)
{
	const char *before = "{";

	buf_printf(out, "%s%s", family->name, suffix);
	for (size_t i = 0; i < MOST_LABELS && family->labels[i] != NULL; i++)
	{
		buf_printf(out, "%s%s=\"%s\"", before, family->labels[i]->name,
				   family->labels[i]->values[values[i]]);
		before = ",";
	}
	if (more != NULL)
	{
		buf_printf(out, "%sle=\"%s\"", before, more);
		before = ",";
	}
	if (before[0] == ',')
		buf_text(out, "}");
}

static void
write_histogram(Buf *out, const Family *family, const size_t *values, const uint64_t *cells)
{
	uint64_t	all = 0;
	char		limit[32];

	for (size_t i = 0; i < LIMITS; i++)
	{
		all += cells[i];
		(void) snprintf(limit, sizeof(limit), "%g", (double) limits[i] / 1000000);
		write_name(out, family, "_bucket", values, limit);
		buf_printf(out, " %" PRIu64 "\n", all);
	}
	all += cells[BEYOND];
	write_name(out, family, "_bucket", values, "+Inf");
	buf_printf(out, " %" PRIu64 "\n", all);
	write_name(out, family, "_sum", values, NULL);
	buf_printf(out, " %" PRIu64 ".%06" PRIu64 "\n", cells[SUM] / 1000000, cells[SUM] % 1000000);
	write_name(out, family, "_count", values, NULL);
	buf_printf(out, " %" PRIu64 "\n", all);
}

/* Has that happened? */
static bool
is_empty(const uint64_t *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		if (cells[i] != 0)
			return false;
	}
	return true;
}

/* The next choice of values; false: there is none. */
static bool
next_values(const Family *family, size_t *values)
{
	for (size_t i = MOST_LABELS; i-- > 0;)
	{
		if (family->labels[i] == NULL)
			continue;
		if (++values[i] < family->labels[i]->count)
			return true;
		values[i] = 0;
	}
	return false;
}

static void
write_family(Buf *out, const Family *family)
{
	size_t		width = family->kind == FAMILY_HISTOGRAM ? HISTOGRAM : 1;
	size_t		values[MOST_LABELS] = {0};
	const uint64_t *cells = family->cells;

	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name,
			   kinds[family->kind]);
	do
	{
		if (family->labels[1] != NULL && is_empty(cells, width))
			;					/* one of very many */
		else if (family->kind == FAMILY_HISTOGRAM)
			write_histogram(out, family, values, cells);
		else
		{
			write_name(out, family, "", values, NULL);
			buf_printf(out, " %" PRIu64 "\n", *cells);
		}
		cells += width;
	} while (next_values(family, values));
}

void
metrics_write(Buf *out)
{
	for (size_t i = 0; i < METRICS; i++)
		write_family(out, &families[i]);
}
