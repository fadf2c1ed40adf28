/*
 * bulk.c
 *		Unit test of bulk requests as they are read (core/bulk.c), and of references within
 *		them (core/bulk_reference.c); prints TAP.
 *
 *		bulk
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
							 shown(operation->version),
							 operation->data ? psprintf("{%d}", JB_ROOT_COUNT(operation->data)) : "-");
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

/* An array of operations. */
static void
operations(const char *request, const char *expected)
{
	reads(&scim_strict_rules, true, request, expected);
}

#define MESSAGE "\"schemas\": [\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"]"
#define POST "\"method\": \"POST\", \"path\": \"/Users\", "
#define PUT "\"method\": \"PUT\", \"path\": \"/Users/1\", \"data\": {}, "
#define DELETE "\"method\": \"DELETE\", \"path\": \"/Users/1\""
#define BAD_VERSION "400 - Operations[0].version must be a version as it was read, raw (abc123def) " \
	"or as an entity tag (W/\"abc123def\")"
#define BAD_ID "400 invalidSyntax Operations[0].bulkId must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ -"

static void
test_messages(void)
{
	const ScimRules *strict = &scim_strict_rules;

	reads(strict, false, "{" MESSAGE ", \"Operations\": [{" DELETE "}]}", "DELETE - /Users/1 - -");
	reads(strict, false, "{" MESSAGE ", \"failOnErrors\": 2, \"Operations\": [{" DELETE "}]}",
		  "2: DELETE - /Users/1 - -");
	reads(strict, false, "{\"SCHEMAS\": [\"a\", \"URN:ietf:params:scim:api:messages:2.0:bulkrequest\"], "
		  "\"operations\": [{" DELETE "}], \"FAILONERRORS\": 1.0}", "1: DELETE - /Users/1 - -");
	reads(strict, false, "{" MESSAGE ", \"failOnErrors\": null, \"Operations\": [{" DELETE "}]}",
		  "DELETE - /Users/1 - -");
	reads(strict, false, "{" MESSAGE ", \"failOnErrors\": 99999999999999999999999, \"Operations\": [{" DELETE "}]}",
		  "2147483647: DELETE - /Users/1 - -");
	for (int i = 0; i < 4; i++)
	{
		static const char *const wrong[] = {"0", "-1", "1.5", "\"1\""};

		reads(strict, false, psprintf("{" MESSAGE ", \"failOnErrors\": %s, \"Operations\": [{" DELETE "}]}", wrong[i]),
			  "INVALID_VALUE: failOnErrors must be an integer of 1 or more");
	}
	reads(strict, false, "{\"Operations\": [{" DELETE "}]}",
		  "INVALID_SYNTAX: schemas must contain urn:ietf:params:scim:api:messages:2.0:BulkRequest");
	reads(strict, false, "{\"schemas\": [\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"], \"Operations\": []}",
		  "INVALID_SYNTAX: schemas must contain urn:ietf:params:scim:api:messages:2.0:BulkRequest");
	reads(strict, false, "{" MESSAGE "}", "INVALID_SYNTAX: Operations must be an array of one or more operations");
	reads(strict, false, "{" MESSAGE ", \"Operations\": []}",
		  "INVALID_SYNTAX: Operations must be an array of one or more operations");
	reads(strict, false, "{" MESSAGE ", \"Operations\": {}}",
		  "INVALID_SYNTAX: Operations must be an array of one or more operations");
	reads(strict, false, "{" MESSAGE ", \"Operations\": [{" DELETE "}], \"atomic\": true}",
		  "INVALID_SYNTAX: there is no attribute atomic");
	reads(strict, false, "{" MESSAGE ", \"Operations\": [], \"operations\": []}",
		  "INVALID_SYNTAX: Operations is given twice, in different spellings");
	reads(strict, false, "[{" DELETE "}]", "INVALID_SYNTAX: a bulk request must be an object");
	reads(strict, true, "[]", "INVALID_SYNTAX: Operations must be an array of one or more operations");
	reads(strict, true, "\"{}\"", "INVALID_SYNTAX: a bulk request must be an object or an array of operations, "
		  "not a string that holds JSON");
	reads(strict, true, "[1, 2, 3, 4, 5, 6]", "TOO_LARGE: a bulk request may have at most 5 operations");
	reads(&loose, false, "{\"atomic\": 1, \"failOnErrors\": 0, \"Operations\": [{" DELETE ", \"x\": 1}]}",
		  "DELETE - /Users/1 - -");
	reads(&loose, false, "{}", "");
	reads(&loose, false, "{\"Operations\": []}", "");
	reads(&loose, false, "{\"Operations\": {}}",
		  "INVALID_SYNTAX: Operations must be an array of one or more operations");
	reads(&loose, false, "{\"schemas\": \"x\"}",
		  "INVALID_SYNTAX: schemas must contain urn:ietf:params:scim:api:messages:2.0:BulkRequest");
}

/* ---- operations ---- */

static void
test_operations(void)
{
	operations("[{" POST "\"bulkId\": \"a\", \"data\": {\"userName\": \"x\"}}]", "POST a /Users - {1}");
	operations("[{\"METHOD\": \"PATCH\", \"Path\": \"/\", \"DATA\": {}, \"BULKID\": \"b\", \"Version\": \"v\"}]",
			   "PATCH b / v {0}");
	operations("[{" DELETE ", \"data\": null, \"version\": null, \"bulkId\": null}]", "DELETE - /Users/1 - -");
	operations("[[], 1, \"{}\", null]", "400 invalidSyntax Operations[0] must be an object; "
			   "400 invalidSyntax Operations[1] must be an object; "
			   "400 invalidSyntax Operations[2] must be an object, not a string that holds JSON; "
			   "400 invalidSyntax Operations[3] must be an object");
	operations("[{}]", "400 invalidSyntax Operations[0].method must be POST, PUT, PATCH or DELETE");
	operations("[{\"method\": \"post\"}]", "400 invalidSyntax Operations[0].method must be POST, PUT, PATCH or DELETE");
	operations("[{\"method\": 1}]", "400 invalidSyntax Operations[0].method must be POST, PUT, PATCH or DELETE");
	operations("[{\"method\": \"GET\", \"path\": \"/Users\"}, {\"method\": \"HEAD\"}]",
			   "405 - Operations[0].method must be POST, PUT, PATCH or DELETE: a bulk request does not read; "
			   "405 - Operations[1].method must be POST, PUT, PATCH or DELETE: a bulk request does not read");
	operations("[{\"method\": \"DELETE\"}]", "400 invalidSyntax Operations[0].path is required");
	operations("[{\"method\": \"DELETE\", \"path\": 1}]", "400 invalidSyntax Operations[0].path must be a string");
	operations("[{\"method\": \"DELETE\", \"path\": \"Users\"}]",
			   "400 invalidSyntax Operations[0].path must begin with \"/\", as /Users does");
	operations("[{\"method\": \"DELETE\", \"path\": \"/Users/1?a=b\"}]",
			   "400 invalidSyntax Operations[0].path must have no query");
	operations("[{" DELETE ", \"x\\\"y\": 1}]", "400 invalidSyntax Operations[0].x\"y is not known here");
	operations("[{" DELETE ", \"Path\": \"/\"}]",
			   "400 invalidSyntax Operations[0].path is given twice, in different spellings");
	operations("[{" POST "\"bulkId\": \"a\"}]", "400 invalidSyntax Operations[0].data is required by POST");
	operations("[{" POST "\"bulkId\": \"a\", \"data\": []}]",
			   "400 invalidSyntax Operations[0].data must be an object");
	operations("[{" POST "\"bulkId\": \"a\", \"data\": \"{}\"}]",
			   "400 invalidSyntax Operations[0].data must be an object, not a string that holds JSON");
	operations("[{" DELETE ", \"data\": {}}]", "400 invalidSyntax Operations[0].data must not be given with DELETE");
}

static void
test_bulk_ids(void)
{
	static const char *const malformed[] = {"\"\"", "\"a b\"", "\"\u00e4\"", "\"a:b\"", "1", "[]"};
	const char *longest = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx.-_~";

	operations("[{" POST "\"data\": {}}]", "400 invalidSyntax Operations[0].bulkId is required by POST");
	operations(psprintf("[{" POST "\"data\": {}, \"bulkId\": \"%s\"}]", longest),
			   psprintf("POST %s /Users - {0}", longest));
	operations(psprintf("[{" DELETE ", \"bulkId\": \"%s1\"}]", longest), BAD_ID);
	for (int i = 0; i < (int) lengthof(malformed); i++)
		operations(psprintf("[{" DELETE ", \"bulkId\": %s}]", malformed[i]), BAD_ID);
	operations("[{" POST "\"bulkId\": \"a\", \"data\": {}}, {" POST "\"bulkId\": \"A\", \"data\": {}}, "
			   "{" DELETE ", \"bulkId\": \"a\"}, {" DELETE ", \"bulkId\": \"a\"}]",
			   "POST a /Users - {0}; POST A /Users - {0}; DELETE a /Users/1 - -; DELETE a /Users/1 - -");
	operations("[{" POST "\"bulkId\": \"a\", \"data\": {}}, {" POST "\"bulkId\": \"a\", \"data\": {}}, "
			   "{" POST "\"bulkId\": \"a\"}]",
			   "400 invalidSyntax Operations[0].bulkId is that of Operations[1], too; "
			   "400 invalidSyntax Operations[1].bulkId is that of Operations[0], too; "
			   "400 invalidSyntax Operations[2].data is required by POST");
}

static void
test_versions(void)
{
	static const char *const malformed[] = {
		"\"\"", "\"a b\"", "\"W/\\\"a\"", "\"\\\"\\\"\"", "\"w/\\\"a\\\"\"", "1", "{}", "\"W/\\\"*\\\"\"",
		"\"\\\"a\\\", \\\"b\\\"\""
	};

	operations("[{" PUT "\"version\": \"W/\\\"a1+/=-_\\\"\"}, {" PUT "\"version\": \"\\\"b\\\"\"}, "
			   "{" PUT "\"version\": \"W/c\"}, {" PUT "\"version\": \"*\"}]",
			   "PUT - /Users/1 a1+/=-_ {0}; PUT - /Users/1 b {0}; PUT - /Users/1 W/c {0}; PUT - /Users/1 - {0}");
	for (int i = 0; i < (int) lengthof(malformed); i++)
		operations(psprintf("[{" PUT "\"version\": %s}]", malformed[i]), BAD_VERSION);
	operations("[{" POST "\"bulkId\": \"a\", \"data\": {}, \"version\": \"*\"}]",
			   "400 invalidSyntax Operations[0].version must not be given with POST");
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

static void
test_references(void)
{
	resolves("{}", "the same:");
	resolves("{\"a\": \"bulkId:none\"}", "the same: none");
	resolves("{\"a\": \"bulkId:x\", \"b\": 1}", "{\"a\":\"<x>\",\"b\":1} x");
	resolves("{\"a\": [1, [\"bulkId:x\", null], {\"b\": {\"c\": \"bulkId:y\", \"\": \"bulkId:none\"}}], \"d\": {\"e\": []}}",
			 "{\"a\":[1,[\"<x>\",null],{\"b\":{\"\":\"bulkId:none\",\"c\":\"<y>\"}}],\"d\":{\"e\":[]}} x none y");
	resolves("{\"Members\": [{\"value\": \"bulkId:x\"}, \"bulkId:y\"], \"members2\": {\"members\": \"bulkId:z\"}}",
			 "{\"Members\":[{\"value\":\"<x>\"},\"<y>\"],\"members2\":{\"members\":\"<z>\"}} x! y! z");
	/* texts, names */
	resolves("{\"bulkId:x\": \"see bulkId:x\", \"a\": \"bulkId:\", \"b\": \"bulkId: x\", \"c\": \"BulkId:x\", "
			 "\"d\": \"bulkId:x \", \"e\": \"bulkId:\u00e4\", \"f\": \"bulkId:bulkId:x\"}", "the same:");
	resolves(psprintf("{\"a\": \"bulkId:%064d\"}", 0), psprintf("{\"a\":\"<%064d>\"} %064d", 0, 0));
	resolves(psprintf("{\"a\": \"bulkId:%065d\"}", 0), "the same:");
}

int
main(void)
{
	test_messages();
	test_operations();
	test_bulk_ids();
	test_versions();
	test_references();
	printf("1..%d\n", tests);
	return failures > 0;
}
