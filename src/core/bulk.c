/*
 * bulk.c
 *		Reading a BulkRequest.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "core/bulk.h"
#include "core/bulk_reference.h"
#include "core/etag.h"
#include "core/finder.h"
#include "core/object.h"
#include "core/resource.h"
#include "core/value.h"
#include "miscadmin.h"

/* ---- faults ---- */

const ScimBulkFault *
scim_bulk_fault(int status, const char *scim_type, const char *format, ...)
{
	ScimBulkFault *fault = palloc(sizeof(ScimBulkFault));
	va_list		args;

	va_start(args, format);
	*fault = (ScimBulkFault)
	{
		.status = status, .scim_type = scim_type, .detail = scim_format_error(format, &args)
	};
	va_end(args);
	return fault;
}

/* An operation that is read. */
typedef struct Reader
{
	const ScimRules *rules;
	ScimBulkOperation *operation;
	int			index;
} Reader;

/* An operation has the first fault that is found. */
static void
note_fault(const Reader *reader, int status, const char *scim_type, const char *member,
		   const char *problem)
{
	if (reader->operation->fault)
		return;
	reader->operation->fault = scim_bulk_fault(status, scim_type, "Operations[%d]%-s%-s %-s",
											   reader->index, *member ? "." : "", member, problem);
}

static void
note_syntax(const Reader *reader, const char *member, const char *problem)
{
	note_fault(reader, 400, "invalidSyntax", member, problem);
}

/* ---- the members of an operation ---- */

typedef enum Member
{
	METHOD,
	BULK_ID,
	PATH,
	VERSION,
	DATA,
	MEMBERS
} Member;

static const char *const names[MEMBERS] = {
	[METHOD] = "method",
	[BULK_ID] = "bulkId",
	[PATH] = "path",
	[VERSION] = "version",
	[DATA] = "data",
};

/* Their values; those that are not there are null. */
static void
find_members(const Reader *reader, const JsonbValue *given, JsonbValue *values)
{
	bool		found[MEMBERS] = {false};
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	for (int i = 0; i < MEMBERS; i++)
		values[i].type = jbvNull;
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		int			i = 0;

		CHECK_FOR_INTERRUPTS();
		while (i < MEMBERS && !scim_same_name(key.val.string.val, key.val.string.len, names[i]))
			i++;
		if (i < MEMBERS && found[i])
			note_syntax(reader, names[i], "is given twice, in different spellings");
		else if (i < MEMBERS)
		{
			found[i] = true;
			values[i] = value;
		}
		else if (!reader->rules->loose_envelope)
			note_syntax(reader, scim_shown_name(key.val.string.val, key.val.string.len),
						"is not known here");
	}
}

static const char *const methods[] = {
	[SCIM_BULK_POST] = "POST",
	[SCIM_BULK_PUT] = "PUT",
	[SCIM_BULK_PATCH] = "PATCH",
	[SCIM_BULK_DELETE] = "DELETE",
};

static void
read_method(const Reader *reader, const JsonbValue *given)
{
	ScimBulkOperation *operation = reader->operation;

	if (given->type == jbvString)
		operation->given_method = scim_shown_name(given->val.string.val, given->val.string.len);
	for (int i = SCIM_BULK_POST; i <= SCIM_BULK_DELETE; i++)
	{
		if (scim_string_is(given, methods[i]))
			operation->method = i;
	}
	if (scim_string_is(given, "GET") || scim_string_is(given, "HEAD"))
		note_fault(reader, 405, NULL, names[METHOD],
				   "must be POST, PUT, PATCH or DELETE: a bulk request does not read");
	else if (operation->method == SCIM_BULK_OTHER)
		note_syntax(reader, names[METHOD], "must be POST, PUT, PATCH or DELETE");
}

static void
read_bulk_id(const Reader *reader, const JsonbValue *given)
{
	if (given->type == jbvString)
		reader->operation->bulk_id = scim_shown_name(given->val.string.val, given->val.string.len);
	if (given->type == jbvNull)
	{
		if (reader->operation->method == SCIM_BULK_POST)
			note_syntax(reader, names[BULK_ID], "is required by POST");
	}
	else if (given->type != jbvString ||
			 !scim_is_bulk_id(given->val.string.val, given->val.string.len))
		note_syntax(reader, names[BULK_ID], psprintf("must be 1 to %d characters of A-Z a-z 0-9 "
													 ". _ ~ -", SCIM_LONGEST_BULK_ID));
}

static void
read_path(const Reader *reader, const JsonbValue *given)
{
	char	   *path;

	if (given->type != jbvString)
	{
		note_syntax(reader, names[PATH], given->type == jbvNull ? "is required"
					: "must be a string");
		return;
	}
	path = scim_string_copy(given);
	if (path[0] != '/')
		note_syntax(reader, names[PATH], "must begin with \"/\", as /Users does");
	else if (strchr(path, '?'))
		note_syntax(reader, names[PATH], "must have no query");
	else
		reader->operation->path = path;
}

/* What an operation may say of the version: a tag, or the version itself; "*" says nothing. */
static void
read_version(const Reader *reader, const JsonbValue *given)
{
	const char *version = NULL;
	const char *bare;

	if (given->type == jbvNull)
		return;
	if (reader->operation->method == SCIM_BULK_POST)
	{
		note_syntax(reader, names[VERSION], "must not be given with POST");
		return;
	}
	if (given->type == jbvString)
		version = scim_string_copy(given);
	if (version && strcmp(version, "*") == 0)
		return;
	bare = version ? scim_bare_version(version) : NULL;
	if (bare == NULL)
		bare = version;
	if (bare && scim_version_is_well_formed(bare, strlen(bare)))
		reader->operation->version = bare;
	else
		note_fault(reader, 400, NULL, names[VERSION], "must be a version as it was read, raw "
				   "(abc123def) or as an entity tag (W/\"abc123def\")");
}

static void
read_data(const Reader *reader, const JsonbValue *given)
{
	ScimBulkOperation *operation = reader->operation;

	if (operation->method == SCIM_BULK_OTHER)
		return;
	if (operation->method == SCIM_BULK_DELETE)
	{
		if (given->type != jbvNull)
			note_syntax(reader, names[DATA], "must not be given with DELETE");
	}
	else if (given->type == jbvNull)
		note_syntax(reader, names[DATA], psprintf("is required by %s", methods[operation->method]));
	else if (!scim_is_object(given))
	{
		note_syntax(reader, names[DATA],
					psprintf("must be %s", scim_wanted_container(given, "an object")));
	}
	else
		operation->data = scim_write(given);
}

static void
read_operation(const Reader *reader, const JsonbValue *given)
{
	JsonbValue	values[MEMBERS];

	if (!scim_is_object(given))
	{
		note_syntax(reader, "", psprintf("must be %s", scim_wanted_container(given, "an object")));
		return;
	}
	find_members(reader, given, values);
	read_method(reader, &values[METHOD]);
	read_path(reader, &values[PATH]);
	read_bulk_id(reader, &values[BULK_ID]);
	read_data(reader, &values[DATA]);
	read_version(reader, &values[VERSION]);
}

/* ---- operations ---- */

/* The POST before that has the bulkId; -1: none. */
static int
find_bulk_id(const ScimBulk *bulk, const ScimFinder *finder, uint64 hash, const char *bulk_id)
{
	const ScimFound *found = scim_finder_first(finder, hash);

	while (found && strcmp(bulk->operations[found->item].bulk_id, bulk_id) != 0)
		found = scim_finder_next(finder, found);
	return found ? found->item : -1;
}

static void
note_taken(ScimBulk *bulk, int index, int other)
{
	Reader		reader = {.operation = &bulk->operations[index], .index = index};

	note_syntax(&reader, names[BULK_ID], psprintf("is that of Operations[%d], too", other));
}

/* A bulkId stands for one POST. */
static void
check_bulk_ids(ScimBulk *bulk)
{
	ScimFinder	finder = {0};

	for (int i = 0; i < bulk->count; i++)
	{
		const ScimBulkOperation *operation = &bulk->operations[i];
		uint64		hash;
		int			other;

		CHECK_FOR_INTERRUPTS();
		if (operation->method != SCIM_BULK_POST || operation->bulk_id == NULL)
			continue;
		hash = scim_text_hash(operation->bulk_id, strlen(operation->bulk_id));
		other = find_bulk_id(bulk, &finder, hash, operation->bulk_id);
		if (other < 0)
			scim_finder_add(&finder, hash, i);
		else
		{
			note_taken(bulk, i, other);
			note_taken(bulk, other, i);
		}
	}
}

static void
check_count(int count, int most)
{
	ScimError  *error;

	if (count <= most)
		return;
	error = scim_error(SCIM_TOO_LARGE);
	scim_error_text(error, "path", "Operations");
	scim_error_integer(error, "limit", most);
	scim_throw(error, "a bulk request may have at most %d operations", most);
}

static void
read_operations(ScimBulk *bulk, const ScimRules *rules, const JsonbValue *given, int most)
{
	ScimWalk	walk;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	check_count(walk.count, most);
	bulk->count = walk.count;
	bulk->operations = palloc_extended(Max(walk.count, 1) * sizeof(ScimBulkOperation),
									   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; scim_walk_next(&walk, NULL, &value); i++)
	{
		Reader		reader = {.rules = rules, .operation = &bulk->operations[i], .index = i};

		CHECK_FOR_INTERRUPTS();
		read_operation(&reader, &value);
	}
	check_bulk_ids(bulk);
}

/* ---- the message ---- */

typedef struct Message
{
	JsonbValue	schemas;
	JsonbValue	fail_on_errors;
	JsonbValue	operations;
} Message;

static void
read_member(const ScimRules *rules, const ScimWalk *walk, const JsonbValue *key,
			const JsonbValue *value, Message *message)
{
	static const ScimAttribute members[] = {
		{"schemas"}, {"failOnErrors"}, {"Operations"}, {NULL}
	};
	const ScimAttribute *member;

	if (rules->loose_envelope && !scim_attribute(members, key->val.string.val, key->val.string.len))
		return;
	member = scim_read_name(members, walk->container, key, NULL, SCIM_BAD_BULK);
	if (member == &members[0])
		message->schemas = *value;
	else if (member == &members[1])
		message->fail_on_errors = *value;
	else
		message->operations = *value;
}

static void
open_message(const ScimRules *rules, const JsonbValue *given, Message *message)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
		read_member(rules, &walk, &key, &value, message);
	if (!scim_has_urn(&message->schemas, SCIM_URN_BULK) &&
		!(rules->loose_envelope && (scim_is_array(&message->schemas) ||
									scim_is_unassigned(&message->schemas))))
		scim_throw_path(SCIM_BAD_BULK, "schemas", "schemas must contain %s", SCIM_URN_BULK);
}

static int
read_fail_on_errors(const ScimRules *rules, const JsonbValue *given)
{
	int64		number;

	if (given->type == jbvNull)
		return 0;
	if (!scim_is_whole_number(given, &number) || number < (rules->loose_envelope ? 0 : 1))
		scim_throw_path(SCIM_INVALID_VALUE, "failOnErrors",
						"failOnErrors must be an integer of 1 or more");
	return (int) Min(number, PG_INT32_MAX);
}

/* No operations are none, or null, or left out. */
static bool
has_operations(const ScimRules *rules, const JsonbValue *given)
{
	if (rules->loose_envelope && (given->type == jbvNull || scim_is_array(given)))
		return !scim_is_unassigned(given);
	if (!scim_is_array(given) || scim_is_unassigned(given))
		scim_throw_path(SCIM_BAD_BULK, "Operations", "Operations must be %-s",
						scim_wanted_container(given, "an array of one or more operations"));
	return true;
}

ScimBulk *
scim_read_bulk(const ScimRules *rules, Jsonb *request, bool bare, int most)
{
	ScimBulk   *bulk = palloc0(sizeof(ScimBulk));
	Message		message = {
		.schemas.type = jbvNull,.fail_on_errors.type = jbvNull,.operations.type = jbvNull
	};
	JsonbValue	given;

	scim_root(request, &given);
	if (bare && scim_is_array(&given))
		message.operations = given;
	else if (scim_is_object(&given))
		open_message(rules, &given, &message);
	else
		scim_throw_path(SCIM_BAD_BULK, NULL, "a bulk request must be %-s",
						scim_wanted_container(&given, bare ? "an object or an array of operations"
											  : "an object"));
	bulk->fail_on_errors = read_fail_on_errors(rules, &message.fail_on_errors);
	if (has_operations(rules, &message.operations))
		read_operations(bulk, rules, &message.operations, most);
	return bulk;
}
