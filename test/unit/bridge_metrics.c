/*
 * bridge_metrics.c
 *		Unit test of the bridge's metrics (src/bridge/metrics.c): what is counted, and how
 *		it is written; and that every code of the extension's errors is known.  Prints TAP.
 *
 *		bridge_metrics CATALOGUE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_test.h"
#include "metrics.h"
#include "own_errors.h"

/* All metrics, ended by NUL; good until the next call. */
static const char *
written(void)
{
	static Buf	text;

	text.length = 0;
	metrics_write(&text);
	buf_put(&text, "", 1);
	return text.data;
}

/* Is that one of its lines? */
static bool
has_line(const char *line)
{
	size_t		length = strlen(line);

	for (const char *at = written(); at != NULL && *at != '\0'; at = strchr(at, '\n') + 1)
	{
		if (strncmp(at, line, length) == 0 && at[length] == '\n')
			return true;
	}
	return false;
}

/* Is that one of a metric of requests, with these labels and this number? */
static bool
has_requests(const char *metric, const char *labels, const char *number)
{
	char		line[256];

	(void) snprintf(line, sizeof(line), "scimver_request%s{transport=%s} %s", metric, labels,
					number);
	return has_line(line);
}

/* How many lines begin so? */
static int
lines_with(const char *beginning)
{
	int			count = 0;

	for (const char *at = written(); *at != '\0'; at = strchr(at, '\n') + 1)
		count += strncmp(at, beginning, strlen(beginning)) == 0;
	return count;
}

static void
check_first(void)
{
	ok(has_line("# TYPE scimver_requests_total counter"), "a type");
	ok(has_line("# HELP scimver_pool_size Connections to the database that there may be."),
	   "a description");
	ok(lines_with("scimver_requests_total") == 0, "no request yet");
	ok(lines_with("scimver_request_seconds") == 0, "nor a histogram of them");
	ok(has_line("scimver_conflicts_total 0"), "what has no label begins at 0");
	ok(has_line("scimver_auth_failures_total{reason=\"malformed\"} 0"), "what has one, too");
	ok(has_line("scimver_db_seconds_bucket{le=\"+Inf\"} 0") &&
	   has_line("scimver_db_seconds_sum 0.000000"), "and a histogram without labels");
}

static void
check_requests(void)
{
	metrics_request("http", "scim", 200, 1000);
	metrics_request("http", "scim", 200, 1001);
	metrics_request("http", "scim", 412, 100000000);
	metrics_request("stdio", "tools/call", 200, 0);
	metrics_request("http", "/scim/v2/Users\"\n", 999, 1);
	ok(has_requests("s_total", "\"http\",route=\"scim\",status=\"200\"", "2"), "two requests");
	ok(has_requests("s_total", "\"http\",route=\"scim\",status=\"412\"", "1"), "another status");
	ok(has_requests("s_total", "\"stdio\",route=\"tools/call\",status=\"200\"", "1"),
	   "another transport");
	ok(has_requests("s_total", "\"http\",route=\"other\",status=\"other\"", "1"),
	   "what no table has is no label");
	ok(lines_with("scimver_requests_total") == 4, "no others");
	ok(has_requests("_seconds_bucket", "\"http\",route=\"scim\",le=\"0.0005\"", "0") &&
	   has_requests("_seconds_bucket", "\"http\",route=\"scim\",le=\"0.001\"", "1") &&
	   has_requests("_seconds_bucket", "\"http\",route=\"scim\",le=\"0.0025\"", "2") &&
	   has_requests("_seconds_bucket", "\"http\",route=\"scim\",le=\"10\"", "2") &&
	   has_requests("_seconds_bucket", "\"http\",route=\"scim\",le=\"+Inf\"", "3"),
	   "each bucket has those before it");
	ok(has_requests("_seconds_sum", "\"http\",route=\"scim\"", "100.002001") &&
	   has_requests("_seconds_count", "\"http\",route=\"scim\"", "3"), "their sum and count");
}

static void
check_others(void)
{
	metrics_error("VERSION_MISMATCH");
	metrics_error("no such code");
	metrics_error(NULL);
	metrics_count(METRIC_BYTES, "sent", UINT64_C(5000000000));
	metrics_database(7);
	metrics_set(METRIC_POOL_BUSY, 4);
	metrics_set(METRIC_POOL_BUSY, 3);
	ok(has_line("scimver_errors_total{code=\"VERSION_MISMATCH\"} 1") &&
	   has_line("scimver_errors_total{code=\"other\"} 1") &&
	   has_line("scimver_errors_total{code=\"INVALID_REQUEST\"} 1") &&
	   has_line("scimver_errors_total{code=\"INTERNAL\"} 0"), "errors, by code");
	ok(has_line("scimver_conflicts_total 1"), "of which one is a conflict");
	ok(has_line("scimver_bytes_total{direction=\"sent\"} 5000000000") &&
	   has_line("scimver_bytes_total{direction=\"received\"} 0"), "many bytes");
	ok(has_line("scimver_db_seconds_sum 0.000007") &&
	   has_line("scimver_db_seconds_bucket{le=\"0.0001\"} 1"), "the database");
	ok(has_line("scimver_pool_busy 3"), "a gauge goes up and down");
}

/* Is it a code that errors are counted by? */
static bool
is_counted(const char *code)
{
	char		name[128];

	(void) snprintf(name, sizeof(name), "scimver_errors_total{code=\"%s\"}", code);
	if (lines_with(name) == 1)
		return true;
	printf("# %s is not counted by its name\n", code);
	return false;
}

/* The codes of the extension's catalogue, and of the bridge's own. */
static void
check_codes(const char *catalogue)
{
	FILE	   *file = fopen(catalogue, "r");
	char		line[512];
	char		code[64];
	int			found = 0;
	bool		good = true;

	if (file == NULL)
		exit(1);
	while (fgets(line, sizeof(line), file) != NULL)
	{
		if (sscanf(line, " [SCIM_%*[A-Z_]] = {\"%63[A-Z_]\", %*d", code) != 1)
			continue;
		found++;
		good = is_counted(code) && good;
	}
	(void) fclose(file);
	ok(found > 30 && good, "every code of the catalogue");
	good = true;
	for (int error = 0; error <= ERROR_INTERNAL; error++)
	{
		if (own_error_kind((OwnError) error)->code != NULL)
			good = is_counted(own_error_kind((OwnError) error)->code) && good;
	}
	ok(good, "every code of the bridge");
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		return 1;
	check_first();
	check_requests();
	check_others();
	check_codes(argv[1]);
	printf("1..%d\n", tests);
	return failures > 0;
}
