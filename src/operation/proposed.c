/*
 * proposed.c
 *		What a proposal keeps of a resource, and of a write.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "core/delta.h"
#include "core/diff.h"
#include "core/hidden.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/proposed.h"
#include "registry/schemas.h"
#include "resource/mapped.h"
#include "resource/show.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

Jsonb *
scim_proposed_base(const ScimTarget *target, const ScimRow *row)
{
	return scim_without_hidden(target->type, scim_row_data(target->table, row));
}

/* ---- members ---- */

static const JsonbValue *
member(const char *type, const char *id)
{
	const ScimResourceType *found = scim_resource_type(type);

	return found ? scim_other_side(found, id, NULL, found->name) : NULL;
}

static void
append_member(JsonbValue *members, const char *type, const char *id)
{
	const JsonbValue *shown = member(type, id);

	if (shown)
		scim_append(members, shown);
}

/* Who is to be removed, and is a member. */
static JsonbValue *
members_to_go(const ScimWrite *write)
{
	const ScimMembersWrite *wanted = &write->members;
	const ScimIdType *type = wanted->members->member_type;
	JsonbValue *members = scim_new_array();
	uint64		count = wanted->remove_count == 0 ? 0
	: scim_find_memberships(wanted->members, write->target.tenant, write->row.id,
							wanted->remove, wanted->remove_count);
	bool		isnull;

	for (uint64 i = 0; i < count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	descriptor = SPI_tuptable->tupdesc;
		const char *id = scim_id_text(type, SPI_getbinval(row, descriptor, 1, &isnull));

		CHECK_FOR_INTERRUPTS();
		append_member(members, descriptor->natts == 1 ? "User"
					  : TextDatumGetCString(SPI_getbinval(row, descriptor, 2, &isnull)), id);
	}
	return members;
}

static bool
is_present(const ScimMembersPresent *present, char *id)
{
	return present->add_count > 0 &&
		bsearch(&id, present->add, present->add_count, sizeof(char *), pg_qsort_strcmp) != NULL;
}

/* All who are to be members ("present" NULL), or those who are none yet. */
static JsonbValue *
members_to_come(const ScimWrite *write, const ScimMembersPresent *present)
{
	const ScimMemberSet *add = &write->members.add;
	JsonbValue *members = scim_new_array();

	for (int i = 0; i < add->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (present == NULL || !is_present(present, add->ids[i]))
			append_member(members, TextDatumGetCString(add->types[i]), add->ids[i]);
	}
	return members;
}

/* All that the group has now. */
static JsonbValue *
all_members(const ScimWrite *write)
{
	ScimRow		row = write->row;
	JsonbValue *members = palloc(sizeof(JsonbValue));
	Jsonb	   *shown;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	shown = scim_show_rows(write->target.table, write->target.tenant, &row, 1, 0, NULL,
						   CurrentMemoryContext)[0];
	PopActiveSnapshot();
	return scim_find(&shown->root, "members", members) ? members : scim_new_array();
}

/* Those of now, and those that are wanted: as far as they differ, where that is known. */
static void
find_members(const ScimWrite *write, JsonbValue **now, JsonbValue **wanted)
{
	ScimMembersPresent present = {0};

	if (write->members.replace)
	{
		*now = all_members(write);
		*wanted = members_to_come(write, NULL);
		return;
	}
	scim_find_present(&write->members, write->target.tenant, write->row.id, &present);
	*now = members_to_go(write);
	*wanted = members_to_come(write, &present);
}

/* The content, and members beside it. */
static Jsonb *
with_members(Jsonb *content, const JsonbValue *members)
{
	JsonbValue	root;
	JsonbValue *tree;

	scim_root(content, &root);
	tree = scim_open(&root);
	scim_set_value(tree, "members", members);
	return scim_write(tree);
}

/* ---- changes ---- */

/* As it would be stored: columns may make something else of a value. */
static Jsonb *
wanted_content(ScimWrite *write)
{
	const ScimSplit *split;

	scim_write_take_apart(write, &write->row);
	split = write->wanted.split;
	return scim_without_hidden(write->target.type, split
							   ? scim_join_columns(write->target.table, split->data,
												   &split->columns)
							   : write->wanted.document);
}

Jsonb *
scim_proposed_changes(ScimWrite *write)
{
	Jsonb	   *before = scim_proposed_base(&write->target, &write->row);
	Jsonb	   *after = write->wanted.document ? wanted_content(write) : before;
	JsonbValue *now;
	JsonbValue *wanted;

	if (write->has_members)
	{
		find_members(write, &now, &wanted);
		before = with_members(before, now);
		after = with_members(after, wanted);
	}
	return scim_write(scim_find_changes(before, after));
}

List *
scim_proposed_names(ScimWrite *write)
{
	ScimDelta	delta = {NIL};

	if (write->wanted.document)
		scim_find_delta(scim_proposed_base(&write->target, &write->row), wanted_content(write),
						&delta);
	if (write->has_members)
		delta.changed = lappend(delta.changed, "members");
	return delta.changed;
}

/* Who the members are, as far as the version tells. */
static JsonbValue *
sum_of_members(const ScimTarget *target, const ScimRow *row)
{
	JsonbValue *shown = scim_new_object();
	char	   *digest = palloc(BASE64_SIZE(SCIM_DIGEST_SIZE) + 1);
	ScimRow		known = *row;

	scim_know_members(target->table, target->tenant, &known, true);
	base64_text(digest, known.members.digest, SCIM_DIGEST_SIZE);
	scim_set_integer(shown, "count", known.members.count);
	scim_set_text(shown, "digest", digest);
	return shown;
}

Jsonb *
scim_proposed_delete(const ScimTarget *target, const ScimRow *row)
{
	Jsonb	   *going = scim_proposed_base(target, row);
	JsonbValue *changes = scim_new_array();
	JsonbValue *change = scim_new_object();
	JsonbValue	content;

	if (target->type->has_members)
		going = with_members(going, sum_of_members(target, row));
	scim_root(going, &content);
	scim_set_value(change, "from", &content);
	scim_append(changes, change);
	return scim_write(changes);
}

bool
scim_changes_nothing(Jsonb *changes)
{
	return JsonContainerSize(&changes->root) == 0;
}

/* ---- conflicts ---- */

static void
set_side(JsonbValue *shown, const char *side, const JsonbValue *value)
{
	if (value)
		scim_set_value(shown, side, value);
}

Jsonb *
scim_proposed_conflicts(const List *conflicts)
{
	JsonbValue *array = scim_new_array();
	ListCell   *cell;

	foreach(cell, conflicts)
	{
		const ScimMergeConflict *conflict = lfirst(cell);
		JsonbValue *shown = scim_new_object();

		CHECK_FOR_INTERRUPTS();
		scim_set_text(shown, "path", conflict->path);
		if (!conflict->hidden)
		{
			set_side(shown, "base", conflict->base);
			set_side(shown, "mine", conflict->mine);
			set_side(shown, "theirs", conflict->theirs);
		}
		scim_append(array, shown);
	}
	return scim_write(array);
}
