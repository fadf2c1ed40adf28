/*
 * past.c
 *		Steps of the operations that look at what a resource was.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/resource.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "operation/past.h"
#include "registry/schemas.h"
#include "resource/show.h"
#include "resource/version.h"
#include "statement/tenant.h"

void
scim_check_version_text(const char *name, const char *version)
{
	if (version && !scim_version_is_well_formed(version, strlen(version)))
		scim_throw_version_format(SCIM_INVALID_VERSION_FORMAT, name, version);
}

void
scim_begin_past(ScimPast *past, const ScimTarget *target, const char *given)
{
	scim_check_history(target->table, target->tenant);
	scim_open_past(past, target, scim_take_id(target, given));
	if (!past->is_there && scim_past_entry(past) == NULL && past->chain.last == NULL)
		scim_throw_not_found(target, given);
}

static SCIM_NORETURN void throw_no_version(ScimPast *past, const char *version);

static void
throw_no_version(ScimPast *past, const char *version)
{
	const ScimTarget *target = past->target;
	JsonbValue *times = scim_new_object();
	JsonbValue *oldest;
	ScimError  *error = scim_error(SCIM_VERSION_NOT_FOUND);

	scim_chain_to_end(&past->chain);
	scim_error_text(error, "resource_type", target->type->name);
	scim_error_whole(error, "resource_id", past->id);
	scim_error_text(error, "version", version);
	if (past->chain.last)
		scim_set_date_time(times, "oldest", past->chain.last->at);
	oldest = scim_get(times, "oldest", strlen("oldest"));
	if (oldest)
		scim_error_value(error, "oldest", oldest);
	scim_throw(error, "version %s of %s \"%s\" is not in its history", version,
			   target->type->name, past->id);
}

void
scim_find_version(ScimPast *past, const char *version)
{
	if (!scim_go_back_to(past, version) || !scim_is_proven(past))
		throw_no_version(past, version);
}

/* Its revision went on above the one that was deleted: so it was brought back. */
static bool
goes_on(ScimPast *past, const ScimHistoryEntry *creation)
{
	const ScimHistoryEntry *before = scim_past_entry(past);

	return before && before->operation == SCIM_HISTORY_DELETE && before->has_revision &&
		creation->has_revision && scim_is_next_revision(creation->revision, before->revision);
}

bool
scim_find_creation(ScimPast *past, TimestampTz *created)
{
	const ScimHistoryEntry *entry;

	while ((entry = scim_past_entry(past)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (!scim_go_back(past))
			return false;
		if (entry->operation != SCIM_HISTORY_CREATE)
			continue;
		*created = entry->at;
		if (!goes_on(past, entry))
			return true;
	}
	return false;
}

static void
find_instants(ScimPast *past, ScimRow *row)
{
	const ScimHistoryEntry *entry = scim_past_entry(past);

	row->has_last_modified = entry != NULL;
	if (past->newest && past->is_there)
	{
		row->has_last_modified = past->row.has_last_modified;
		row->last_modified = past->row.last_modified;
	}
	else if (entry)
		row->last_modified = entry->at;
	if (past->is_there && past->this_life)
	{
		row->has_created = past->row.has_created;
		row->created = past->row.created;
		return;
	}
	row->has_created = scim_find_creation(past, &row->created);
}

void
scim_past_row(ScimPast *past, ScimRow *row)
{
	*row = (ScimRow)
	{
		.id = unconstify(char *, past->id),
			.version = unconstify(char *, past->version)
	};
	find_instants(past, row);
}

JsonbValue *
scim_show_members_then(const ScimMemberThen *members, int count)
{
	JsonbValue *array;

	if (members == NULL || count == 0)
		return NULL;
	array = scim_new_array();
	for (int i = 0; i < count; i++)
	{
		const ScimResourceType *type = scim_resource_type(members[i].type);

		CHECK_FOR_INTERRUPTS();
		if (type)
			scim_append(array, scim_other_side(type, members[i].id, NULL, type->name));
	}
	return array;
}
