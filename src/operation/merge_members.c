/*
 * merge_members.c
 *		The members of a group in a merge.
 *
 * Members are a set: who came, or went, by what one side did has come, or gone,
 * whatever the other side did.  What mine did is told by the base: to add a member of
 * then adds nobody, so theirs' removal of him stands, and he need not exist any more;
 * to remove who was none removes nobody.
 *
 * Where mine names who comes and who goes, the base is asked for these alone.  Where
 * it names all who are to be members, or filters choose who goes, its members are
 * read, unless both sides' sums tell that one of them changed nothing.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "column/id.h"
#include "core/patch_parse.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/merge_members.h"
#include "query/filter.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "resource/show.h"
#include "utils/builtins.h"

typedef struct Merging
{
	ScimWrite  *write;
	ScimPast   *past;			/* at the base */
	const ScimRegistration *table;	/* of the memberships */
	ScimMemberChange mine;		/* what mine did to the base, once that is known */
	ScimTally	then;			/* how often who is of interest is a member of the base, */
	ScimTally	now;			/* and is one now */
} Merging;

/* ---- who is a member ---- */

static void
count_member(ScimTally *tally, const char *type, const char *id, int64 net)
{
	ScimTallied *member = scim_find_tallied(tally, type, id);

	if (member == NULL)
		member = scim_add_tallied(tally, type, id);
	member->net += net;
}

static bool
has_member(const ScimTally *tally, const char *type, const char *id)
{
	const ScimTallied *member = scim_find_tallied(tally, type, id);

	return member && member->net > 0;
}

/* Is there a member with that id, of whatever type? */
static bool
has_id(const ScimTally *tally, const char *id)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if ((*type)->can_be_member && has_member(tally, (*type)->name, id))
			return true;
	}
	return false;
}

/* The id as the tallies have it; what cannot be one is no member's. */
static const char *
id_of(const Merging *merging, const ScimMember *member)
{
	const ScimIdType *type = merging->table->member_type;
	Datum		id;

	return scim_parse_id(type, member->value, &id) ? scim_id_text(type, id) : member->value;
}

/* Of who is to come no type is known if he was not found. */
static bool
has(const Merging *merging, const ScimTally *tally, const ScimMember *member)
{
	const char *id = id_of(merging, member);
	const ScimResourceType *type = member->type ? scim_resource_type(member->type) : NULL;

	return type ? has_member(tally, type->name, id) : has_id(tally, id);
}

/* One of those who come, or, behind them, of those who go. */
static const ScimMember *
nth_named(const ScimMemberChange *change, int i)
{
	return i < change->add_count ? &change->add[i] : &change->remove[i - change->add_count];
}

/* ---- members of now ---- */

/* Who of mine is a member now. */
static void
ask_now(Merging *merging)
{
	const ScimMemberChange *mine = &merging->mine;
	const ScimIdType *type = merging->table->member_type;
	int			all = mine->add_count + mine->remove_count;
	Datum	   *ids = palloc_extended(Max(all, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	int			count = 0;
	uint64		found;
	bool		isnull;

	for (int i = 0; i < all; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (scim_parse_id(type, nth_named(mine, i)->value, &ids[count]))
			count++;
	}
	if (count == 0)
		return;
	found = scim_find_memberships(merging->table, merging->write->target.tenant,
								  merging->write->row.id, ids, count);
	for (uint64 i = 0; i < found; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	descriptor = SPI_tuptable->tupdesc;

		CHECK_FOR_INTERRUPTS();
		count_member(&merging->now,
					 descriptor->natts == 1 ? "User"
					 : TextDatumGetCString(SPI_getbinval(row, descriptor, 2, &isnull)),
					 scim_id_text(type, SPI_getbinval(row, descriptor, 1, &isnull)), 1);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* ---- members of then ---- */

/* What moved since is taken back of one that mine names, of whatever type. */
static void
take_back(Merging *merging, const ScimMember *member)
{
	const char *id = id_of(merging, member);

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimTallied *moved = scim_find_tallied(&merging->past->members.moved,
													 (*type)->name, id);

		if (moved)
			count_member(&merging->then, moved->type, moved->id, moved->net);
	}
}

/* Who of mine was a member then: who is one now, but for those who moved. */
static void
ask_then(Merging *merging)
{
	const ScimMemberChange *mine = &merging->mine;

	for (int i = 0; i < merging->now.count; i++)
	{
		const ScimTallied *member = &merging->now.items[i];

		CHECK_FOR_INTERRUPTS();
		count_member(&merging->then, member->type, member->id, member->net);
	}
	for (int i = 0; i < mine->add_count + mine->remove_count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		take_back(merging, nth_named(mine, i));
	}
}

/* All of them; NULL: nobody can tell. */
static const ScimMemberThen *
read_then(Merging *merging, int *count)
{
	const ScimMemberThen *members = scim_past_members(merging->past, count);

	for (int i = 0; members && i < *count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		count_member(&merging->then, members[i].type, members[i].id, 1);
	}
	return members;
}

/* Those of the members that are shown now who were members then. */
static void
append_still_there(const Merging *merging, JsonbValue *array, Jsonb *shown)
{
	ScimWalk	walk;
	JsonbValue	members;
	JsonbValue	member;
	JsonbValue	type;
	JsonbValue	value;

	if (!scim_find(&shown->root, "members", &members) || !scim_is_array(&members))
		return;
	scim_walk(&walk, members.val.binary.data);
	while (scim_walk_next(&walk, NULL, &member))
	{
		CHECK_FOR_INTERRUPTS();
		if (scim_find_member(&member, "type", &type) &&
			scim_find_member(&member, "value", &value) &&
			has_member(&merging->then, scim_string_copy(&type), scim_string_copy(&value)))
			scim_append(array, &member);
	}
}

/*
 * The members of then as they are shown, for filters to look at: who is one still, by
 * his name of now, of which no version tells.
 */
static JsonbValue *
show_then(const Merging *merging, const ScimMemberThen *members, int count)
{
	const ScimTarget *target = &merging->write->target;
	ScimRow		row = merging->write->row;
	JsonbValue *array = scim_new_array();

	append_still_there(merging, array,
					   scim_show_rows(target->table, target->tenant, &row, 1, 0, NULL,
									  CurrentMemoryContext)[0]);
	for (int i = 0; i < count; i++)
	{
		const ScimResourceType *type = scim_resource_type(members[i].type);

		CHECK_FOR_INTERRUPTS();
		if (!members[i].is_now && type)
			scim_append(array, scim_other_side(type, members[i].id, NULL, type->name));
	}
	return array;
}

/* ---- mine ---- */

static ScimMember *
new_members(int count)
{
	return palloc_extended(Max(count, 1) * sizeof(ScimMember), MCXT_ALLOC_HUGE);
}

/* As it was sent, with the types that were found. */
static ScimMemberChange
mine_as_sent(const ScimWrite *write)
{
	ScimMemberChange mine = write->patch ? *scim_patch_members(write->patch) : write->change;
	ScimMember *add = new_members(mine.add_count);

	if (mine.add_count > 0)
		memcpy(add, mine.add, mine.add_count * sizeof(ScimMember));
	scim_find_types(&write->members, add, mine.add_count);
	mine.add = add;
	return mine;
}

/* Of one who was not found no type need be known: he is whoever has the id. */
#define ANY_TYPE ""

static ScimTally
tally_added(const Merging *merging)
{
	ScimTally	tally = {0};

	for (int i = 0; i < merging->mine.add_count; i++)
	{
		const ScimMember *member = &merging->mine.add[i];
		const ScimResourceType *type = member->type ? scim_resource_type(member->type) : NULL;

		CHECK_FOR_INTERRUPTS();
		count_member(&tally, type ? type->name : ANY_TYPE, id_of(merging, member), 1);
	}
	return tally;
}

/*
 * Mine names all members: who is not among them is removed.  False: he has the id of
 * another who is, and by their ids they cannot be told apart.
 */
static bool
find_removed(Merging *merging)
{
	ScimMemberChange *mine = &merging->mine;
	ScimTally	named = tally_added(merging);

	mine->replace = false;
	mine->remove_count = 0;
	mine->remove = new_members(merging->then.count);
	for (int i = 0; i < merging->then.count; i++)
	{
		const ScimTallied *member = &merging->then.items[i];

		CHECK_FOR_INTERRUPTS();
		if (has_member(&named, member->type, member->id) ||
			has_member(&named, ANY_TYPE, member->id))
			continue;
		if (has_id(&named, member->id))
			return false;
		mine->remove[mine->remove_count++] = (ScimMember)
		{
			.value = member->id, .type = member->type
		};
	}
	return true;
}

/* What mine does by the members of then; false: nobody can tell. */
static bool
compare_with_all(Merging *merging)
{
	ScimMemberChange *mine = &merging->mine;
	int			count;
	const ScimMemberThen *members = read_then(merging, &count);

	if (members == NULL)
		return false;
	if (mine->has_filters)
		*mine = *scim_match_patch_members(merging->write->patch,
										  show_then(merging, members, count),
										  mine->add, mine->add_count, scim_match_shown_members);
	if (mine->replace && !find_removed(merging))
		return false;
	ask_now(merging);
	return true;
}

static bool
compare_with_named(Merging *merging)
{
	ask_now(merging);
	ask_then(merging);
	return true;
}

/* ---- what is left to be done ---- */

/* Has one come meanwhile who would go with those that mine removes, as he has the same id? */
static bool
has_newcomer(const Merging *merging, const char *id)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if ((*type)->can_be_member && has_member(&merging->now, (*type)->name, id) &&
			!has_member(&merging->then, (*type)->name, id))
			return true;
	}
	return false;
}

/* Does mine name who does not exist, whom its profile lets it name in vain? */
static bool
is_left_out(const Merging *merging, const ScimMember *member)
{
	const ScimWrite *write = merging->write;

	return write->target.rules->absent_members && !scim_is_to_come(&write->members, member);
}

/* Those that mine adds, and are no members yet; returns whether mine adds any. */
static bool
keep_added(Merging *merging, ScimMemberChange *left)
{
	bool		adds = false;

	for (int i = 0; i < merging->mine.add_count; i++)
	{
		const ScimMember *member = &merging->mine.add[i];

		CHECK_FOR_INTERRUPTS();
		if (has(merging, &merging->then, member) || is_left_out(merging, member))
			continue;
		adds = true;
		if (!has(merging, &merging->now, member))
			left->add[left->add_count++] = *member;
	}
	return adds;
}

/* The same of those that it removes; *unclear: one of them cannot be removed alone. */
static bool
keep_removed(Merging *merging, ScimMemberChange *left, bool *unclear)
{
	bool		removes = false;

	for (int i = 0; i < merging->mine.remove_count; i++)
	{
		const ScimMember *member = &merging->mine.remove[i];
		const char *id = id_of(merging, member);

		CHECK_FOR_INTERRUPTS();
		if (!has_id(&merging->then, id))
			continue;
		removes = true;
		if (has_newcomer(merging, id))
			*unclear = true;
		if (has_id(&merging->now, id))
			left->remove[left->remove_count++] = *member;
	}
	return removes;
}

static void
settle(Merging *merging, ScimWriteMerge *result)
{
	ScimMemberChange left = {
		.add = new_members(merging->mine.add_count),
		.remove = new_members(merging->mine.remove_count)
	};
	bool		adds = keep_added(merging, &left);
	bool		removes = keep_removed(merging, &left, &result->base_unknown);

	if (adds || removes)
		result->merge.mine = scim_name_side(merging->write->target.type, result->merge.mine,
											"members");
	result->touches_members = left.add_count > 0 || left.remove_count > 0;
	result->members = left;
}

/*
 * What sums tell: all that mine names were the members then, or theirs changed nothing,
 * and mine can be done as it is.
 */
static bool
settle_by_sums(Merging *merging, bool theirs, ScimWriteMerge *result)
{
	const ScimWrite *write = merging->write;
	ScimMemberSum sum;

	if (merging->mine.has_filters)
		return false;
	if (merging->mine.replace && write->members.missing == NULL)
	{
		scim_sum_set(&write->members.add, &sum);
		if (scim_same_members(&sum, &merging->past->members.sum))
			return true;
	}
	if (theirs)
		return false;
	if (scim_members_are_there(&write->members, write->target.tenant, &write->row))
		return true;
	result->merge.mine = scim_name_side(write->target.type, result->merge.mine,
										"members");
	result->touches_members = true;
	result->members = merging->mine;
	return true;
}

static void
merge_mine(Merging *merging, bool theirs, ScimWriteMerge *result)
{
	merging->mine = mine_as_sent(merging->write);
	if (settle_by_sums(merging, theirs, result))
		return;
	if (!merging->past->members.lost &&
		(merging->mine.replace || merging->mine.has_filters
		 ? compare_with_all(merging)
		 : compare_with_named(merging)))
		settle(merging, result);
	else
		result->base_unknown = true;
}

void
scim_merge_members(ScimWrite *write, ScimSince *since, ScimWriteMerge *result)
{
	Merging		merging = {
		.write = write,
		.past = &since->past,
		.table = write->members.members
	};
	ScimRow		row = write->row;
	bool		theirs;

	scim_know_members(write->target.table, write->target.tenant, &row, false);
	theirs = !scim_same_members(&row.members, &since->past.members.sum);
	if (theirs)
		result->merge.theirs = scim_name_side(write->target.type, result->merge.theirs, "members");
	if (write->has_members)
		merge_mine(&merging, theirs, result);
}
