/*
 * history_version.c
 *		A resource as it was, and what two versions of it differ in.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/hidden.h"
#include "operation/history.h"
#include "operation/past.h"
#include "resource/show.h"

/* What is not shown of members: there are too many, or nobody can tell who they were. */
static bool
omits_members(const ScimPast *past, const ScimMemberThen *members, int most)
{
	const ScimMemberSum *sum = &past->members.sum;

	if (!past->target->type->has_members || (sum->known && sum->count == 0))
		return false;
	return members == NULL || (most > 0 && sum->count > most);
}

/* When what is at hand was made, as far as its own row or the history tells. */
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
	while (entry && entry->operation != SCIM_HISTORY_CREATE && scim_go_back(past))
		entry = scim_past_entry(past);
	row->has_created = entry && entry->operation == SCIM_HISTORY_CREATE;
	if (row->has_created)
		row->created = entry->at;
}

/* Ends with the past further back. */
static Jsonb *
show_past(ScimPast *past, int most_members)
{
	const ScimTarget *target = past->target;
	ScimRow		row = {.id = (char *) past->id, .version = (char *) past->version};
	ScimMemberThen *members = NULL;
	JsonbValue	document;
	bool		shows_members = target->type->has_members &&
		scim_projects(target->projection, "members", NULL);
	bool		omits;
	int			count = 0;

	scim_root(scim_past_document(past), &document);
	if (shows_members)
		members = scim_past_members(past, &count);
	omits = shows_members && omits_members(past, members, most_members);
	find_instants(past, &row);
	return scim_show_tree(target->table, &row, scim_open(&document),
						  omits ? NULL : scim_show_members_then(members, count),
						  omits ? "members" : NULL, target->projection, target->caller);
}

Jsonb *
scim_store_get_version(const char *type, const char *tenant, const char *id, const char *version,
					   const ScimView *view, bool fresh)
{
	ScimTarget	target;
	ScimPast	past;
	Jsonb	   *result;

	scim_check_version_text("version", version);
	scim_begin_read(&target, type, tenant, fresh);
	scim_take_view(&target, view);
	scim_begin_past(&past, &target, id);
	scim_find_version(&past, version);
	result = show_past(&past, view ? view->most_members : 0);
	scim_close_past(&past);
	scim_finish_read(&target);
	return result;
}
