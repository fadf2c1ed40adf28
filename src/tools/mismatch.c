/*
 * mismatch.c
 *		VERSION_MISMATCH as tools answer it: an agent shall be able to go on at once.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "history/pace.h"
#include "miscadmin.h"
#include "operation/contention.h"
#include "operation/read.h"
#include "tools/envelope.h"
#include "tools/error_fields.h"
#include "tools/fit.h"
#include "tools/lease.h"
#include "tools/mismatch.h"
#include "tools/mismatch_steps.h"

/* What the error's own fields may need, and "current" is still to stand beside them. */
#define FIELDS_BYTES (4 * 1024)

/* What stands beside both: metadata, next steps. */
#define BESIDE_BYTES (3 * 512)

/* Where there is no room for "current", what is left for the paths that differ. */
#define DIFFERING_BYTES 1024

/* What stands around content and metadata, and what is kept for words that are still to come. */
#define BRACES_BYTES 64
#define SPARE_BYTES 128

/* What names a value that is left out: one that is shorter stays. */
#define NAMED_BYTES 24

/* ---- what is there now ---- */

/* So often that the write had better be made under a lease, which it is not? */
static bool
keeps_changing(const ScimToolCall *call, const ScimRead *read)
{
	const JsonbValue *contention = scim_contention_of_read(call->type->name, read);
	JsonbValue	advice;

	return contention && scim_find_member(contention, "advice", &advice) &&
		scim_string_is(&advice, scim_advice_word(SCIM_ADVISE_LEASE)) &&
		!scim_call_names_lease(call);
}

static void
read_current(void *argument)
{
	ScimRead	read;
	ScimView	view = {
		.attribute_count = -1, .excluded_count = -1,
		.most_members = SCIM_ERROR_BYTES / SCIM_MEMBER_BYTES, .few_groups = true, .version = true,
		.read = &read
	};
	ScimToolCall *call = argument;

	call->current = scim_store_get(call->type->name, call->tenant, call->id, &view, true);
	call->keeps_changing = keeps_changing(call, &read);
}

/* Is the mismatch that of this call?  A trigger may have called for another resource. */
static bool
is_own(ScimToolCall *call, const ErrorData *error)
{
	Jsonb	   *fields;
	JsonbValue	id;
	JsonbValue	expected;

	if (!call->id || !call->expected ||
		scim_kind_of_ours(error) != scim_error_kind(SCIM_VERSION_MISMATCH))
		return false;
	fields = scim_error_fields(call, error);
	return scim_find(&fields->root, "resource_id", &id) && scim_string_is(&id, call->id) &&
		scim_find(&fields->root, "expected_version", &expected) &&
		scim_string_is(&expected, call->expected);
}

/*
 * What is to be brought back had been deleted at another version: that it is not there is
 * no news.  Where anything else goes wrong, the answer only lacks the current state.
 */
ErrorData *
scim_look_at_mismatch(ScimToolCall *call, ErrorData *error)
{
	ErrorData  *again;

	if (!is_own(call, error))
		return error;
	again = scim_protect(read_current, call);
	call->stale = !again || !scim_is_ours(again) || call->tool->id == TOOL_RESTORE;
	return call->stale ? error : again;
}

bool
scim_current_is_expected(const ScimToolCall *call)
{
	JsonbValue	root;
	JsonbValue	version;

	if (call->current == NULL)
		return false;
	scim_root(call->current, &root);
	scim_shown_resource(&root, &version);
	return scim_string_is(&version, call->expected);
}

/* ---- making room ---- */

/* A value of a conflict. */
typedef struct ConflictValue
{
	JsonbValue *conflict;
	const char *side;
	int64		size;
} ConflictValue;

/* The largest first. */
static int
compare_values(const void *a, const void *b)
{
	int64		first = ((const ConflictValue *) a)->size;
	int64		second = ((const ConflictValue *) b)->size;

	return first < second ? 1 : first > second ? -1 : 0;
}

static ConflictValue *
values_of(const JsonbValue *conflicts, int *count)
{
	static const char *const sides[] = {"base", "mine", "theirs"};
	int			most = lengthof(sides) * conflicts->val.array.nElems;
	ConflictValue *values = palloc(sizeof(ConflictValue) * (most + 1));

	*count = 0;
	for (int i = 0; i < conflicts->val.array.nElems; i++)
	{
		JsonbValue *conflict = &conflicts->val.array.elems[i];

		for (int side = 0; side < (int) lengthof(sides); side++)
		{
			const JsonbValue *value = scim_get(conflict, sides[side], strlen(sides[side]));

			if (value)
				values[(*count)++] = (ConflictValue)
			{
				conflict, sides[side], scim_json_size(value)
			};
		}
	}
	qsort(values, *count, sizeof(ConflictValue), compare_values);
	return values;
}

/* The conflicts of a merge, opened; NULL: there are none. */
static JsonbValue *
open_conflicts(JsonbValue *merge)
{
	const JsonbValue *given = scim_get(merge, "conflicts", strlen("conflicts"));
	JsonbValue *conflicts;

	if (given == NULL)
		return NULL;
	conflicts = scim_open(given);
	for (int i = 0; i < conflicts->val.array.nElems; i++)
		conflicts->val.array.elems[i] = *scim_open(&conflicts->val.array.elems[i]);
	scim_set_value(merge, "conflicts", conflicts);
	return conflicts;
}

/* Returns how much shorter the conflict is, which says that there is a value. */
static int64
drop_value(const ConflictValue *value)
{
	JsonbValue *conflict = value->conflict;
	int64		size = scim_json_size(conflict);
	const JsonbValue *before = scim_get(conflict, "omitted", strlen("omitted"));
	JsonbValue *omitted = before ? scim_open(before) : scim_new_array();

	(void) scim_remove(conflict, value->side, strlen(value->side));
	scim_append_text(omitted, value->side);
	scim_set_value(conflict, "omitted", omitted);
	return size - scim_json_size(conflict);
}

/* Paths are left: they say what there is to be looked at. */
static int64
drop_values(JsonbValue *merge, const ConflictValue *values, int count, int64 excess)
{
	int			dropped = 0;

	for (; dropped < count && excess > 0 && values[dropped].size > NAMED_BYTES; dropped++)
		excess -= drop_value(&values[dropped]);
	scim_add_count(merge, "omitted_values", dropped);
	return excess;
}

/* "current" as it may be shown has so many bytes; or without a user's groups. */
static int64
size_of_current(const ScimToolCall *call, bool with_groups)
{
	JsonbValue	root;
	JsonbValue	groups;
	int64		size;

	scim_root(call->current, &root);
	size = scim_json_size(&root);
	if (!with_groups && call->type->has_groups && scim_find_member(&root, "groups", &groups))
		size -= scim_json_size(&groups);
	return size;
}

/* What the fields may take, that need at least so many bytes. */
static int64
room_for_fields(const ScimToolCall *call, int64 least)
{
	int64		room = SCIM_ERROR_BYTES - BESIDE_BYTES;

	if (call->current == NULL)
		return room;
	for (int groups = true; groups >= false; groups--)
	{
		int64		current = size_of_current(call, groups);

		if (Min(least, FIELDS_BYTES) + current <= room)
			return room - current;
	}
	return room - DIFFERING_BYTES;
}

void
scim_fit_mismatch(const ScimToolCall *call, JsonbValue *content, JsonbValue *omitted)
{
	const JsonbValue *given = scim_get(content, "merge", strlen("merge"));
	const JsonbValue *changes = scim_get(content, "changes", strlen("changes"));
	JsonbValue *merge = given ? scim_open(given) : scim_new_object();
	JsonbValue *conflicts = open_conflicts(merge);
	int64		size = scim_json_size(content);
	int64		least = size - (changes ? scim_json_size(changes) : 0);
	int			count = 0;
	ConflictValue *values = conflicts ? values_of(conflicts, &count) : NULL;
	int64		excess;
	int64		room;

	for (int i = 0; i < count; i++)
		least -= values[i].size;
	room = room_for_fields(call, least);
	excess = size - room;
	if (excess <= 0)
		return;
	/* counts are still to come */
	excess += SPARE_BYTES;
	excess = drop_values(merge, values, count, excess);
	excess = scim_drop_last(content, "changes", "more_changes", 1, excess);
	excess = scim_drop_last(merge, "conflicts", "more_conflicts", 1, excess);
	excess = scim_drop_last(merge, "theirs", "more_theirs", 1, excess);
	(void) scim_drop_last(merge, "mine", "more_mine", 1, excess);
	if (given)
		scim_set_value(content, "merge", merge);
	scim_fit_object(content, room, "", omitted);
}

/* ---- what is shown ---- */

/* How much a failure may still hold. */
static int64
room_left(const JsonbValue *content, const JsonbValue *metadata)
{
	return SCIM_ERROR_BYTES - BRACES_BYTES - scim_json_size(content) - scim_json_size(metadata);
}

/*
 * In place of "current": where what was sent differs from what is stored, as
 * far as there is room.
 */
static void
show_differing(const ScimToolCall *call, JsonbValue *content, JsonbValue *metadata,
			   JsonbValue *omitted)
{
	const JsonbValue *differing = call->written.differing;
	JsonbValue *shown = scim_new_array();
	int			count = differing ? differing->val.array.nElems : 0;
	int64		room;

	scim_say_mismatch_step(call, content, scim_get(content, "merge", strlen("merge")), false);
	scim_append_text(omitted, "current");
	scim_say_omitted(metadata, omitted, NULL);
	room = room_left(content, metadata) - SPARE_BYTES;
	for (int i = 0; i < count; i++)
	{
		room -= scim_json_size(&differing->val.array.elems[i]) + 1;
		if (room < 0)
			break;
		scim_append(shown, &differing->val.array.elems[i]);
	}
	if (differing)
		scim_set_value(content, "differing_paths", shown);
	if (shown->val.array.nElems < count)
	{
		scim_append_text(omitted,
						 psprintf("differing_paths[%d..%d]", shown->val.array.nElems, count - 1));
		scim_say_omitted(metadata, omitted, NULL);
	}
}

/* A user without its groups, which no write takes, may fit; false: there are none. */
static bool
leave_groups_out(const ScimToolCall *call, JsonbValue *current, JsonbValue *left_out)
{
	if (!call->type->has_groups || !scim_remove(current, "groups", strlen("groups")))
		return false;
	scim_append_text(left_out, "current.groups");
	return true;
}

/*
 * What changed, and what a merge comes to, was told of the version of the mismatch: not if
 * another one is shown.
 */
static void
leave_stale_out(JsonbValue *content)
{
	static const char *const told[] = {"merge", "changed_attributes", "changes", "more_changes"};

	for (int i = 0; i < (int) lengthof(told); i++)
		(void) scim_remove(content, told[i], strlen(told[i]));
}

static bool
is_told_of(const JsonbValue *content, const JsonbValue *version)
{
	const JsonbValue *told = scim_get(content, "current_version", strlen("current_version"));

	return told && scim_equal(told, version);
}

/*
 * The resource as it is now, so that the agent can merge at once.  Whole, but for a user's
 * groups, or not at all: what is shown of it may be sent back.  Without it the version
 * stays that of the mismatch, with which what differs was found out.
 */
static void
show_current(const ScimToolCall *call, JsonbValue *content, JsonbValue *metadata,
			 JsonbValue *omitted)
{
	JsonbValue	root;
	JsonbValue	version;
	JsonbValue *current;
	JsonbValue *left_out = scim_new_array();
	bool		is_told;
	int64		room;

	scim_root(call->current, &root);
	current = scim_shown_resource(&root, &version);
	scim_append_omitted(current, "current.", left_out);
	is_told = is_told_of(content, &version);
	scim_say_mismatch_step(call, content,
						   is_told ? scim_get(content, "merge", strlen("merge")) : NULL, true);
	scim_say_partial(call, metadata);
	room = room_left(content, metadata) - SPARE_BYTES;
	if ((call->type->has_members && left_out->val.array.nElems > 0) ||
		(scim_json_size(current) > room &&
		 (!leave_groups_out(call, current, left_out) || scim_json_size(current) > room)))
	{
		scim_remove(metadata, "partial", strlen("partial"));
		show_differing(call, content, metadata, omitted);
		return;
	}
	for (int i = 0; i < left_out->val.array.nElems; i++)
		scim_append(omitted, &left_out->val.array.elems[i]);
	scim_say_omitted(metadata, omitted, NULL);
	if (!is_told)
		leave_stale_out(content);
	scim_set_value(content, "current_version", &version);
	scim_set_value(content, "current", current);
}

void
scim_show_mismatch(const ScimToolCall *call, JsonbValue *content, JsonbValue *metadata,
				   JsonbValue *omitted)
{
	if (call->current)
		show_current(call, content, metadata, omitted);
}
