/*
 * trigger.c
 *		The AFTER triggers of a membership table: every statement on it moves the
 *		groups that it changed, and only those.
 *
 * The members that came and went are summed up by group from the transition
 * tables; then each group is updated once, in the order of (tenant, id), as
 * the owner of the group table, like a foreign key's action.  Nothing is
 * recounted: adding one member costs the same in a small and a large group.
 * Groups that would hold themselves are refused first.
 *
 * Tables that are written to past the statement's triggers (partitions, what a
 * subscription brings) have a trigger for each row instead, which does the same
 * of that one row.
 */
#include "postgres.h"

#include "base/errors.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "core/canonical.h"
#include "core/finder.h"
#include "decision/guard.h"
#include "decision/policy_guard.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "group/gone.h"
#include "group/move.h"
#include "group/nesting.h"
#include "group/record.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/our_trigger.h"
#include "resource/member_sum.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(scim_members_trigger);

/* Hashes of the texts; the change has those. */
typedef struct GroupKey
{
	uint64		id;
	uint64		tenant;
} GroupKey;

/* What a statement did to a group. */
typedef struct GroupChange
{
	GroupKey	key;			/* of the hash table */
	char	   *tenant;			/* NULL: the memberships do not tell */
	char	   *id;
	int64		count;
	uint8		digest[SCIM_DIGEST_SIZE];
	ScimMemberMoves *moves;		/* who they are, or NULL */
	bool		is_guarded;		/* a policy may have something against it: who leaves counts */
	bool		has_newcomers;
	List	   *leavers;		/* ScimLeaver */
} GroupChange;

typedef struct Changes
{
	const ScimRegistration *members;
	const ScimRegistration *groups;
	HTAB	   *by_group;
	ScimNesting *nesting;		/* the members among them that are groups */
	bool		recorded;		/* by the history: who moved counts */
	MemoryContext context;		/* outlives the rows */
} Changes;

/* ---- summing up ---- */

/* Two texts may have one hash: then the second change has the next key that is free. */
static bool
is_of_group(const GroupChange *change, const char *tenant, const char *id)
{
	return strcmp(change->id, id) == 0 && (tenant == NULL || strcmp(change->tenant, tenant) == 0);
}

static ScimMemberMoves *
new_moves(const Changes *changes)
{
	MemoryContext old = MemoryContextSwitchTo(changes->context);
	ScimMemberMoves *moves = scim_new_moves();

	MemoryContextSwitchTo(old);
	return moves;
}

/* Of a group that a call is on, its members are what is asked for. */
static bool
is_guarded(const Changes *changes, const char *tenant, const char *id)
{
	const ScimRegistration *groups = changes->groups;

	if (!scim_leases_bind(groups) || scim_call_on_row(groups->root, tenant, id))
		return false;
	if (tenant == NULL)
		tenant = groups->tenant;
	return tenant == NULL || scim_policy_on(groups, tenant, NULL) != NULL;
}

/* Is it what a call deletes that is under way?  That removes memberships before the row. */
static bool
is_being_deleted(const char *tenant, const char *type, const char *id)
{
	const ScimCall *call = scim_call_around(NULL);

	while (call && !(call->operation == SCIM_DELETES && strcmp(call->id, id) == 0 &&
					 strcmp(call->registration->type->name, type) == 0 &&
					 (tenant == NULL || strcmp(call->tenant, tenant) == 0)))
		call = scim_call_around(call);
	return call != NULL;
}

static void
note_leaver(const Changes *changes, GroupChange *change, const char *type, const char *id)
{
	MemoryContext old;
	ScimLeaver *leaver;

	if (is_being_deleted(change->tenant, type, id))
		return;
	old = MemoryContextSwitchTo(changes->context);
	leaver = palloc(sizeof(ScimLeaver));

	leaver->type = pstrdup(type);
	leaver->id = pstrdup(id);
	change->leavers = lappend(change->leavers, leaver);
	MemoryContextSwitchTo(old);
}

static GroupChange *
find_change(Changes *changes, const char *tenant, const char *id)
{
	GroupKey	key;
	GroupChange *change;
	bool		found;

	memset(&key, 0, sizeof(key));
	key.id = scim_text_hash(id, strlen(id));
	key.tenant = tenant ? scim_text_hash(tenant, strlen(tenant)) : 0;
	while (change = hash_search(changes->by_group, &key, HASH_ENTER, &found),
		   found && !is_of_group(change, tenant, id))
		key.id++;
	if (!found)
	{
		change->tenant = tenant ? MemoryContextStrdup(changes->context, tenant) : NULL;
		change->id = MemoryContextStrdup(changes->context, id);
		change->count = 0;
		memset(change->digest, 0, SCIM_DIGEST_SIZE);
		change->moves = changes->recorded ? new_moves(changes) : NULL;
		change->is_guarded = is_guarded(changes, change->tenant, change->id);
		change->has_newcomers = false;
		change->leavers = NIL;
	}
	return change;
}

static void
count_row(Changes *changes, TupleTableSlot *slot, bool came)
{
	const ScimRegistration *members = changes->members;
	const AttrNumber *numbers = members->numbers;
	GroupChange *change;
	const char *tenant = NULL;
	const char *type = "User";
	const char *member;
	uint8		hash[SCIM_DIGEST_SIZE];

	slot_getallattrs(slot);
#define FIELD(column) (slot->tts_values[numbers[column] - 1])
#define IS_NULL(column) (slot->tts_isnull[numbers[column] - 1])
	if (IS_NULL(SCIM_MEMBER_GROUP) || IS_NULL(SCIM_MEMBER_ID) ||
		(members->tenant_type && IS_NULL(SCIM_MEMBER_TENANT)) ||
		(members->columns[SCIM_MEMBER_TYPE] && IS_NULL(SCIM_MEMBER_TYPE)))
		return;
	if (members->tenant_type)
		tenant = scim_id_text(members->tenant_type, FIELD(SCIM_MEMBER_TENANT));
	change = find_change(changes, tenant, scim_id_text(members->id_type, FIELD(SCIM_MEMBER_GROUP)));
	if (members->columns[SCIM_MEMBER_TYPE])
		type = TextDatumGetCString(FIELD(SCIM_MEMBER_TYPE));
	member = scim_id_text(members->member_type, FIELD(SCIM_MEMBER_ID));
#undef IS_NULL
#undef FIELD
	scim_member_hash(type, member, hash);
	if (strcmp(type, changes->members->type->name) == 0)
		scim_note_nested(changes->nesting, change->tenant, change->id, member, came);
	if (came)
		digest_add(change->digest, hash);
	else
		digest_subtract(change->digest, hash);
	change->count += came ? 1 : -1;
	change->has_newcomers |= came;
	if (change->is_guarded && !came)
		note_leaver(changes, change, type, member);
	if (change->moves)
		scim_note_move(change->moves, type, member, came);
}

/* All rows of a transition table; its other readers keep their place. */
static void
count_rows(Changes *changes, Tuplestorestate *rows, TupleDesc descriptor, bool came)
{
	TupleTableSlot *slot;
	MemoryContext per_row;
	MemoryContext old;

	if (rows == NULL)
		return;
	slot = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
	tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
	tuplestore_rescan(rows);
	per_row = AllocSetContextCreate(CurrentMemoryContext, "scimver member", ALLOCSET_SMALL_SIZES);
	while (tuplestore_gettupleslot(rows, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		old = MemoryContextSwitchTo(per_row);
		count_row(changes, slot, came);
		MemoryContextSwitchTo(old);
		MemoryContextReset(per_row);
	}
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(per_row);
}

/* ---- moving the groups ---- */

static int
compare_changes(const void *a, const void *b, void *id_type)
{
	const GroupChange *x = *(GroupChange *const *) a;
	const GroupChange *y = *(GroupChange *const *) b;
	int			order = x->tenant ? strcmp(x->tenant, y->tenant) : 0;

	return order != 0 ? order : scim_compare_ids(id_type, x->id, y->id);
}

/* Did nobody but who is deleted leave? */
static bool
follows_deleted(const Changes *changes, const GroupChange *change)
{
	return change->is_guarded && !change->has_newcomers &&
		scim_are_gone(changes->members, change->tenant, change->leavers);
}

static void
move_groups(const Changes *changes, const ScimRegistration *groups)
{
	static const uint8 zero[SCIM_DIGEST_SIZE];
	long		count = hash_get_num_entries(changes->by_group);
	GroupChange **sorted = palloc_extended(Max(count, 1) * sizeof(GroupChange *), MCXT_ALLOC_HUGE);
	HASH_SEQ_STATUS scan;
	GroupChange *change;
	long		n = 0;
	MemoryContext per_group;

	hash_seq_init(&scan, changes->by_group);
	while ((change = hash_seq_search(&scan)) != NULL)
	{
		if (change->count != 0 || memcmp(change->digest, zero, SCIM_DIGEST_SIZE) != 0)
			sorted[n++] = change;
	}
	qsort_arg(sorted, n, sizeof(GroupChange *), compare_changes, (void *) groups->id_type);
	per_group = AllocSetContextCreate(CurrentMemoryContext, "scimver group", ALLOCSET_SMALL_SIZES);
	for (long i = 0; i < n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(per_group);

		CHECK_FOR_INTERRUPTS();
		scim_move_group(groups, sorted[i]->tenant, sorted[i]->id, sorted[i]->count,
						sorted[i]->digest, sorted[i]->moves, follows_deleted(changes, sorted[i]));
		MemoryContextSwitchTo(old);
		MemoryContextReset(per_group);
	}
	MemoryContextDelete(per_group);
}

/* ---- the trigger ---- */

/* The rows of a statement, or the one row. */
static void
count_all(Changes *changes, TriggerData *data)
{
	TupleDesc	descriptor = RelationGetDescr(data->tg_relation);

	if (!TRIGGER_FIRED_FOR_ROW(data->tg_event))
	{
		count_rows(changes, data->tg_oldtable, descriptor, false);
		count_rows(changes, data->tg_newtable, descriptor, true);
		return;
	}
	count_row(changes, data->tg_trigslot, TRIGGER_FIRED_BY_INSERT(data->tg_event));
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		count_row(changes, data->tg_newslot, true);
}

static void
sum_up_and_move(TriggerData *data, const ScimRegistration *members, const ScimRegistration *groups)
{
	HASHCTL		control = {
		.keysize = sizeof(GroupKey),
		.entrysize = sizeof(GroupChange),
		.hcxt = CurrentMemoryContext
	};
	Changes		changes;

	changes.members = members;
	changes.groups = groups;
	changes.recorded = scim_records_groups(groups);
	changes.context = CurrentMemoryContext;
	changes.by_group = hash_create("scimver changed groups", 64, &control,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	changes.nesting = scim_new_nesting();
	count_all(&changes, data);
	scim_refuse_cycles(changes.nesting, members);
	move_groups(&changes, groups);
}

static void
check_trigger(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	scim_check_called(fcinfo, "scim_members_trigger");
	if (!TRIGGER_FIRED_AFTER(data->tg_event) ||
		(!TRIGGER_FIRED_FOR_ROW(data->tg_event) && !TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) &&
		 data->tg_oldtable == NULL && data->tg_newtable == NULL))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" must be fired AFTER, FOR EACH STATEMENT with "
							   "transition tables or FOR EACH ROW",
							   "scim_members_trigger")));
}

/*
 * Groups are moved as their owner, and so only for the one table that was
 * registered for their memberships, and its partitions.
 */
static void
refuse_unregistered(const ScimRegistration *members)
{
	const ScimRegistration *registered = members->type->has_members
	? scim_find_members(members->type)
	: NULL;
	ScimError  *error;

	if (registered && registered->relid == members->root)
		return;
	error = scim_error(SCIM_ALREADY_REGISTERED);
	scim_error_text(error, "relation", members->table);
	scim_error_hint(error, "Drop the triggers of the table that were made by hand.");
	scim_throw(error, "table %s is not the one that is registered for the memberships of groups",
			   members->table);
}

/*
 * scim_members_trigger(resource type, mapping [, options]): AFTER INSERT,
 * UPDATE, DELETE, FOR EACH STATEMENT (with transition tables) or FOR EACH ROW,
 * or AFTER TRUNCATE.
 */
Datum
scim_members_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const ScimRegistration *members;
	const ScimRegistration *groups;

	check_trigger(fcinfo);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	members = scim_trigger_registration(data->tg_relation, data->tg_trigger);
	refuse_unregistered(members);
	groups = scim_find_table(members->type);
	if (groups == NULL)
		;						/* it is gone, or to come */
	else if (!TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		sum_up_and_move(data, members, groups);
	else if (members->root == members->relid && scim_keeps_members(groups))
		scim_empty_groups(groups);
	else
		scim_recount_all_groups(groups);
	SPI_finish();
	return PointerGetDatum(NULL);
}
