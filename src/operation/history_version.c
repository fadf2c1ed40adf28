/*
 * history_version.c
 *		A resource as it was, and what two versions of it differ in.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/diff.h"
#include "core/hidden.h"
#include "history/document_rights.h"
#include "operation/document.h"
#include "operation/history_version.h"
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

/* Ends with the past further back. */
static Jsonb *
show_past(ScimPast *past, int most_members)
{
	const ScimTarget *target = past->target;
	ScimRow		row;
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
	scim_past_row(past, &row);
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

	if (scim_means_policies(type))
		return scim_store_policy_then(tenant, id, version, fresh);
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

/* ---- what two versions differ in ---- */

/* A version, as far as it is compared. */
typedef struct Side
{
	const char *version;
	Jsonb	   *content;		/* as it is shown; NULL: not reached yet */
	bool		omits_members;
} Side;

/* The content at hand, without what is never returned. */
static void
take_side(ScimPast *past, Side *side)
{
	const ScimTarget *target = past->target;
	Jsonb	   *shown = scim_without_hidden(target->type, scim_past_document(past));
	ScimMemberThen *members;
	JsonbValue	root;
	JsonbValue *tree;
	JsonbValue *array;
	int			count = 0;

	side->content = shown;
	if (!target->type->has_members)
		return;
	members = scim_past_members(past, &count);
	side->omits_members = omits_members(past, members, 0);
	array = scim_show_members_then(members, count);
	if (array == NULL)
		return;
	scim_root(shown, &root);
	tree = scim_open(&root);
	scim_set_value(tree, "members", array);
	side->content = scim_write(tree);
}

/* Goes back until both were at hand, whichever came first. */
static void
read_sides(ScimPast *past, Side *from, Side *to)
{
	for (;;)
	{
		bool		is_from = past->version && strcmp(past->version, from->version) == 0;
		bool		is_to = past->version && strcmp(past->version, to->version) == 0;

		if ((is_from && from->content == NULL) || (is_to && to->content == NULL))
			scim_find_version(past, past->version);
		if (is_from && from->content == NULL)
			take_side(past, from);
		if (is_to && to->content == NULL)
			take_side(past, to);
		if (from->content && to->content)
			return;
		if (!scim_go_back(past))
			scim_find_version(past, from->content ? to->version : from->version);
	}
}

/* Who the members were, where only one side tells, would all be a change. */
static void
leave_members_out(Side *side)
{
	JsonbValue	root;
	JsonbValue *tree;

	scim_root(side->content, &root);
	tree = scim_open(&root);
	scim_remove(tree, "members", strlen("members"));
	side->content = scim_write(tree);
}

static JsonbValue *
show_diff(Side *from, Side *to)
{
	JsonbValue *shown = scim_new_object();
	JsonbValue *omitted = scim_new_array();

	scim_set_text(shown, "from", from->version);
	scim_set_text(shown, "to", to->version);
	if (from->omits_members || to->omits_members)
	{
		leave_members_out(from);
		leave_members_out(to);
		scim_append_text(omitted, "members");
		scim_set_value(shown, "omitted", omitted);
	}
	scim_set_value(shown, "changes", scim_find_changes(from->content, to->content));
	return shown;
}

static JsonbValue *
read_diff(const ScimTarget *target, const char *id, const char *from, const char *to)
{
	Side		sides[2] = {{.version = from}, {.version = to}};
	ScimPast	past;
	JsonbValue *shown;

	scim_begin_past(&past, target, id);
	if (to == NULL && !past.is_there)
		scim_throw_not_found(target, id);
	if (to == NULL)
		sides[1].version = past.version;
	read_sides(&past, &sides[0], &sides[1]);
	shown = show_diff(&sides[0], &sides[1]);
	scim_close_past(&past);
	return shown;
}

Jsonb *
scim_store_diff(const char *type, const char *tenant, const char *id, const char *from,
				const char *to, bool fresh)
{
	ScimTarget	target;
	JsonbValue *shown;
	Jsonb	   *result;

	if (scim_means_policies(type))
		return scim_store_policies_diff(tenant, id, from, to, fresh);
	scim_check_version_text("from_version", from);
	scim_check_version_text("to_version", to);
	scim_begin_read(&target, type, tenant, fresh);
	shown = read_diff(&target, id, from, to);
	result = scim_write_in(target.caller, shown);
	scim_finish_read(&target);
	return result;
}
