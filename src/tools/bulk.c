/*
 * bulk.c
 *		The handler of scim_bulk: many writes in one call.
 *
 * Its operations have answers of their own: the call is a success, whatever became of them.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/schema.h"
#include "miscadmin.h"
#include "rest/bulk.h"
#include "tools/arguments.h"
#include "tools/bulk.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/once.h"
#include "utils/guc.h"

/* ---- the request ---- */

static inline JsonbValue *
member(const JsonbValue *object, const char *name)
{
	return scim_get(object, name, strlen(name));
}

static bool
is_blank(const JsonbValue *value)
{
	return value && value->type == jbvString && value->val.string.len == 0;
}

/* A message says what it is: a tool knows without. */
static void
name_message(JsonbValue *message, const char *urn)
{
	JsonbValue *schemas;

	if (member(message, "schemas"))
		return;
	schemas = scim_new_array();
	scim_append_text(schemas, urn);
	scim_set_value(message, "schemas", schemas);
}

/* What data of a PATCH is in a tool: the operations, or an object that has them. */
static void
complete_patch(JsonbValue *operation)
{
	const JsonbValue *data = member(operation, "data");
	JsonbValue *message;

	if (data == NULL || !(scim_is_array(data) || scim_is_object(data)))
		return;
	message = scim_is_array(data) ? scim_new_object() : scim_open(data);
	if (scim_is_array(data))
		scim_set_value(message, "Operations", data);
	name_message(message, SCIM_URN_PATCH);
	scim_set_value(operation, "data", message);
}

/*
 * An operation without what stands for nothing, as for arguments.  Not the version of what is
 * there already, which decides about others' work.
 */
static const JsonbValue *
plain_operation(const JsonbValue *given)
{
	JsonbValue *operation = scim_open(given);
	JsonbValue	method = {.type = jbvNull};
	const JsonbValue *data;

	(void) scim_find(given->val.binary.data, "method", &method);
	if (is_blank(member(operation, "bulkId")))
		scim_remove(operation, "bulkId", strlen("bulkId"));
	if (scim_string_is(&method, "POST") && is_blank(member(operation, "version")))
		scim_remove(operation, "version", strlen("version"));
	data = member(operation, "data");
	if (scim_string_is(&method, "DELETE") && data && (is_blank(data) || scim_is_unassigned(data)))
		scim_remove(operation, "data", strlen("data"));
	if (scim_string_is(&method, "PATCH"))
		complete_patch(operation);
	return operation;
}

static const JsonbValue *
plain_operations(const JsonbValue *given)
{
	JsonbValue *operations = scim_new_array();
	ScimWalk	walk;
	JsonbValue	operation;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, NULL, &operation))
	{
		CHECK_FOR_INTERRUPTS();
		scim_append(operations,
					scim_is_object(&operation) ? plain_operation(&operation) : &operation);
	}
	return operations;
}

/* Of what was sent, whatever is put into it then. */
static int64
request_bytes(const ScimToolCall *call)
{
	Jsonb	   *given = scim_argument_jsonb(call, PARAM_BULK);

	return strlen(JsonbToCString(NULL, &given->root, VARSIZE(given)));
}

static Jsonb *
request_argument(const ScimToolCall *call)
{
	const JsonbValue *given = &call->values[PARAM_BULK];
	JsonbValue *message;
	const JsonbValue *operations;

	if (scim_is_array(given))
		return scim_write(plain_operations(given));
	message = scim_open(given);
	operations = member(message, "Operations");
	if (operations && scim_is_array(operations))
		scim_set_value(message, "Operations", plain_operations(operations));
	name_message(message, SCIM_URN_BULK);
	return scim_write(message);
}

/* ---- leases ---- */

/* Those of the call are named beside those of the session, while it runs. */
static void
name_leases(const ScimToolCall *call)
{
	char	   *leases = scim_argument_text(call, PARAM_LEASE_ID);
	const char *others = GetConfigOption("scimver.lease_id", false, false);

	if (leases == NULL)
		return;
	if (others[0] != '\0')
		leases = psprintf("%s,%s", leases, others);
	(void) set_config_option("scimver.lease_id", leases, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/* ---- the answer ---- */

/*
 * What is left out first where not all fits: what was not even tried, as others failed, then
 * what is done.  What failed is still to be done, and only its own entry says why.
 */
typedef enum Spare
{
	SPARE_UNDONE,
	SPARE_DONE,
	SPARE_FAILED
} Spare;

#define SPARES (SPARE_FAILED + 1)

static const char *const more[] = {
	[SPARE_UNDONE] = "more_undone", [SPARE_DONE] = "more_succeeded", [SPARE_FAILED] = "more_failed"
};

static Spare
spare_of(const JsonbValue *entry)
{
	const JsonbValue *status = member(entry, "status");

	if (status == NULL || status->type != jbvString || status->val.string.len == 0)
		elog(ERROR, "an operation without a status");
	return scim_string_is(status, "424") ? SPARE_UNDONE
		: status->val.string.val[0] == '2' ? SPARE_DONE
		: SPARE_FAILED;
}

/* An array of trees. */
static JsonbValue *
open_entries(const JsonbValue *content)
{
	JsonbValue *entries = scim_open(member(content, "Operations"));

	for (int i = 0; i < entries->val.array.nElems; i++)
		entries->val.array.elems[i] = *scim_open(&entries->val.array.elems[i]);
	return entries;
}

/* Of what is done, what the request says as well. */
static void
drop_known(const JsonbValue *entries)
{
	for (int i = 0; i < entries->val.array.nElems; i++)
	{
		JsonbValue *entry = &entries->val.array.elems[i];

		if (spare_of(entry) != SPARE_DONE)
			continue;
		scim_remove(entry, "method", strlen("method"));
		if (!scim_string_is(member(entry, "status"), "201"))
			scim_remove(entry, "location", strlen("location"));
	}
}

/* Leaves out entries of that kind, the last ones first, as long as there are too many bytes. */
static int64
drop_entries(JsonbValue *content, JsonbValue *entries, Spare spare, int64 excess)
{
	int			first = entries->val.array.nElems;
	int			left = 0;
	int			count = 0;

	while (first > 0 && excess > 0)
	{
		const JsonbValue *entry = &entries->val.array.elems[--first];

		if (spare_of(entry) == spare)
			excess -= scim_json_size(entry) + 1;
	}
	for (int i = 0; i < entries->val.array.nElems; i++)
	{
		if (i >= first && spare_of(&entries->val.array.elems[i]) == spare)
			count++;
		else
			entries->val.array.elems[left++] = entries->val.array.elems[i];
	}
	entries->val.array.nElems = left;
	scim_add_count(content, more[spare], count);
	return excess;
}

#define FEWER_STEP \
	"Do not repeat what is left out here: metadata counts what succeeded. Read what was made " \
	"with the tools that list, and send fewer operations at once."

static void
fit(JsonbValue *content, JsonbValue *omitted)
{
	int64		room = SCIM_ANSWER_BYTES - SCIM_FRAME_BYTES;
	JsonbValue *entries;
	int			count;
	int64		excess;

	if (scim_json_size(content) <= room)
		return;
	entries = open_entries(content);
	count = entries->val.array.nElems;
	drop_known(entries);
	scim_set_value(content, "Operations", entries);
	excess = scim_json_size(content) - room;
	for (int spare = 0; spare < SPARES && excess > 0; spare++)
		excess = drop_entries(content, entries, spare, excess);
	scim_set_value(content, "Operations", entries);
	if (entries->val.array.nElems < count)
		scim_append_text(omitted, "Operations");
}

text *
scim_run_bulk_tool(ScimToolCall *call)
{
	ScimOnce	once = scim_once_of_call(call);
	ScimBulkOptions options = {
		.tenant = call->tenant,
		.atomic = scim_argument_boolean(call, PARAM_ATOMIC),
		.bare = true,
		.by_tool = true,
		.bytes = request_bytes(call),
		.form = SCIM_VERSION_RAW,
		.once = &once,
	};
	int			nesting = NewGUCNestLevel();
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue *omitted = scim_new_array();
	ScimBulkOutcome outcome;
	JsonbValue *content;

	name_leases(call);
	content = scim_run_bulk(&options, request_argument(call), &outcome);
	AtEOXact_GUC(true, nesting);
	if (outcome.repeated)
		scim_set_bool(metadata, "repeated", true);
	scim_set_integer(metadata, "succeeded", outcome.done);
	scim_set_integer(metadata, "failed", outcome.failed);
	fit(content, omitted);
	scim_say_omitted(metadata, omitted, FEWER_STEP);
	return scim_success(content, metadata);
}
