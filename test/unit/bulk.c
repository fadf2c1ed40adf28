/*
 * bulk.c
 *		Unit test of bulk requests as they are read (core/bulk.c), and of references within
 *		them (core/bulk_reference.c): the lines of a file; prints TAP.
 *
 *		bulk FILE
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/bulk.h"
#include "core/bulk_reference.h"
#include "lib/stringinfo.h"

#undef printf
#undef fprintf

#define MOST 5

static int	tests = 0;
static int	failures = 0;

/* What comes out must be what is expected. */
static void
same(const char *given, const char *expected, const char *found)
{
	bool		good = strcmp(expected, found) == 0;

	printf("%s %d - %.150s\n", good ? "ok" : "not ok", ++tests, given);
	if (!good)
		printf("# expected: %s\n# found:    %s\n", expected, found);
	failures += !good;
}

/* ---- messages ---- */

static const ScimRules loose = {.loose_envelope = true};

typedef struct Case
{
	const ScimRules *rules;
	const char *request;
	bool		bare;
	ScimBulk   *bulk;
} Case;

static void
read_bulk(void *argument)
{
	Case	   *c = argument;

	c->bulk = scim_read_bulk(c->rules, server_read_json(c->request, strlen(c->request)), c->bare,
							 MOST);
}

static const char *
shown(const char *text)
{
	return text ? text : "-";
}

static const char *
members_of(Jsonb *data)
{
	return data ? psprintf("{%d}", JB_ROOT_COUNT(data)) : "-";
}

/* "method bulkId path version data", or the fault, of each operation. */
static const char *
text_of(const ScimBulk *bulk)
{
	StringInfoData text;

	initStringInfo(&text);
	if (bulk->fail_on_errors > 0)
		appendStringInfo(&text, "%d: ", bulk->fail_on_errors);
	for (int i = 0; i < bulk->count; i++)
	{
		const ScimBulkOperation *operation = &bulk->operations[i];
		const ScimBulkFault *fault = operation->fault;

		appendStringInfoString(&text, i > 0 ? "; " : "");
		if (fault)
			appendStringInfo(&text, "%d %s %s", fault->status, shown(fault->scim_type),
							 fault->detail);
		else
			appendStringInfo(&text, "%s %s %s %s %s", shown(operation->given_method),
							 shown(operation->bulk_id), shown(operation->path),
							 shown(operation->version), members_of(operation->data));
	}
	return text.data;
}

static void
reads(const ScimRules *rules, bool bare, const char *request, const char *expected)
{
	Case		c = {.rules = rules, .request = request, .bare = bare};
	ServerError error;

	if (server_try(read_bulk, &c, &error))
		same(request, expected, text_of(c.bulk));
	else
		same(request, expected, error.message);
}

/* ---- references ---- */

/* An id is what its bulkId is, in brackets; "none" is that of nothing. */
static const char *
find(const char *bulk_id, int length, void *argument)
{
	return length == 4 && memcmp(bulk_id, "none", 4) == 0 ? NULL
		: psprintf("<%s>", pnstrdup(bulk_id, length));
}

static void
note(const char *bulk_id, int length, bool member, void *argument)
{
	appendStringInfo(argument, " %s%s", pnstrdup(bulk_id, length), member ? "!" : "");
}

static char *
json_of(Jsonb *jsonb)
{
	JsonbValue	root;
	StringInfoData text;

	scim_root(jsonb, &root);
	initStringInfo(&text);
	scim_append_json(&text, &root);
	return text.data;
}

/* What is made of the data, and then what was visited. */
static void
resolves(const char *json, const char *expected)
{
	Jsonb	   *data = server_read_json(json, strlen(json));
	Jsonb	   *result = scim_resolve_bulk_ids(data, find, NULL);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, result == data ? "the same:" : json_of(result));
	scim_visit_bulk_ids(data, note, &text);
	same(json, expected, text.data);
}

/* ---- lines ---- */

/* "SIGN<tab>JSON<tab>WHAT IT IS" */
static void
test_line(char *line)
{
	char	   *json = strchr(line, '\t');
	char	   *expected = strchr(json + 1, '\t');

	*json++ = *expected++ = '\0';
	if (strcmp(line, "data") == 0)
		resolves(json, expected);
	else
		reads(strcmp(line, "loose") == 0 ? &loose : &scim_strict_rules, strcmp(line, "bare") == 0,
			  json, expected);
	server_reset();
}

int
main(int argc, char **argv)
{
	FILE	   *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char		line[1000];

	if (file == NULL)
	{
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		return 2;
	}
	while (fgets(line, sizeof(line), file))
	{
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			test_line(line);
	}
	fclose(file);
	printf("1..%d\n", tests);
	return failures > 0;
}
