/*
 * record.c
 *		What the history is told of a group's members where the trigger of the
 *		group's row does not see it: the row is only locked, or is deleted, and its
 *		memberships go with it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/settings.h"
#include "commands/trigger.h"
#include "core/finder.h"
#include "executor/spi.h"
#include "group/record.h"
#include "history/fold.h"
#include "resource/member_sum.h"
#include "resource/row.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

bool
scim_records_groups(const ScimRegistration *groups)
{
	return groups->history && SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA;
}

/* ---- what a group had before ---- */

/*
 * Triggers fire when all of their statement is done: the memberships then have in
 * them what others of its triggers are yet to record.  So the first begins with what
 * there was before the statement, and each leaves the next what it made of that.
 */
typedef struct LeftKey
{
	uint64		tenant;			/* hashes of the texts */
	uint64		id;
	uint64		statement;		/* the command that began it; in the transaction no other's */
} LeftKey;

typedef struct LeftSum
{
	LeftKey		key;			/* of the hash table */
	ScimMemberSum sum;
} LeftSum;

/* So many are kept of statements that may have ended. */
#define MOST_LEFT 10000

static HTAB *left_sums = NULL;	/* of this transaction, or NULL */
static uint64 last_statement;	/* that left one */

static void
forget_left(XactEvent event, void *argument)
{
	/* went with the transaction's memory */
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		left_sums = NULL;
}

static LeftKey
left_key(const char *tenant, const char *id)
{
	return (LeftKey)
	{
		scim_text_hash(tenant, strlen(tenant)), scim_text_hash(id, strlen(id)),
			GetActiveSnapshot()->curcid
	};
}

static void
init_left(uint64 statement)
{
	static bool registered = false;
	HASHCTL		control = {
		.keysize = sizeof(LeftKey),
		.entrysize = sizeof(LeftSum),
		.hcxt = TopTransactionContext
	};

	if (!registered)
		RegisterXactCallback(forget_left, NULL);
	registered = true;
	if (left_sums && statement != last_statement && hash_get_num_entries(left_sums) >= MOST_LEFT)
	{
		hash_destroy(left_sums);
		left_sums = NULL;
	}
	if (left_sums == NULL)
		left_sums = hash_create("scimver sums of members", 64, &control,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	last_statement = statement;
}

static void
leave_sum(const char *tenant, const char *id, const ScimMemberSum *sum)
{
	LeftKey		key = left_key(tenant, id);
	LeftSum    *left;

	init_left(key.statement);
	left = hash_search(left_sums, &key, HASH_ENTER, NULL);
	left->sum = *sum;
}

static void
sum_before(const ScimRegistration *groups, const char *tenant, const char *id, ScimMemberSum *sum)
{
	LeftKey		key = left_key(tenant, id);
	const LeftSum *left = left_sums ? hash_search(left_sums, &key, HASH_FIND, NULL) : NULL;

	if (left)
	{
		*sum = left->sum;
		return;
	}
	scim_push_before(GetActiveSnapshot()->curcid);
	scim_sum_seen_members(groups, tenant, id, sum);
	PopActiveSnapshot();
}

/* ---- groups whose row is only locked ---- */

/* tenant, id: one that is marked as deleted is none any more */
static const ScimStatement read_live_group = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

static bool
read_group(const ScimRegistration *groups, const char *tenant, const char *id, ScimRow *row)
{
	Datum		values[2];

	values[0] = scim_tenant_datum(groups, tenant);
	values[1] = scim_id_datum(groups, id);
	if (scim_run(&read_live_group, groups, values, NULL, false) == 0)
		return false;
	scim_read_row(groups, 0, row);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/* The version of the row with these members; one that is stored is the application's. */
static const char *
version_with(const ScimRegistration *groups, const char *tenant, const ScimRow *row,
			 const ScimMemberSum *members)
{
	ScimRow		copy = *row;

	copy.members = *members;
	return scim_know_version(groups, tenant, &copy);
}

void
scim_record_moved(const ScimRegistration *groups, const char *tenant, const char *id,
				  const ScimPending *pending)
{
	ScimChange	change = {
		.operation = SCIM_HISTORY_UPDATE,
		.type = groups->type->name,
		.tenant = tenant,
		.id = id,
		.at = GetCurrentTimestamp(),
		.moves = pending->moves
	};
	ScimMemberSum after;
	ScimRow		row;

	if (!read_group(groups, tenant, id, &row))
		return;
	sum_before(groups, tenant, id, &change.members_before);
	after = change.members_before;
	digest_add(after.digest, pending->digest);
	after.count += pending->count;
	leave_sum(tenant, id, &after);
	change.previous_version = version_with(groups, tenant, &row, &change.members_before);
	change.version = version_with(groups, tenant, &row, &after);
	change.has_revision = groups->columns[SCIM_COLUMN_REVISION] != NULL;
	change.revision = row.revision;
	scim_record(groups, &change);
}

/* ---- groups that are deleted ---- */

/* What was found of its members. */
typedef struct Gone
{
	ScimMemberMoves *moves;
	ScimMemberSum sum;
} Gone;

static void
take_gone(const char *type, const char *id, void *argument)
{
	Gone	   *gone = argument;

	scim_note_move(gone->moves, type, id, false);
	scim_add_member(type, id, &gone->sum);
}

/* Under the active snapshot; of too many, one more than are kept. */
static void
find_gone(const ScimRegistration *groups, const char *tenant, const char *id, Gone *gone)
{
	gone->moves = scim_new_moves();
	gone->sum = (ScimMemberSum) {.known = true};
	scim_visit_members(groups, tenant, id, (int64) scim_setting_history_members + 1, take_gone,
					   gone);
}

/*
 * As if the statement that deletes had not begun: a cascade may have taken members
 * along already, be it that of another group that it deletes.
 */
static void
find_gone_before(const ScimRegistration *groups, const char *tenant, const char *id, Gone *gone)
{
	scim_push_before(GetActiveSnapshot()->curcid);
	find_gone(groups, tenant, id, gone);
	PopActiveSnapshot();
}

static void
find_gone_now(const ScimRegistration *groups, const char *tenant, const char *id, Gone *gone)
{
	scim_push_latest();
	find_gone(groups, tenant, id, gone);
	PopActiveSnapshot();
}

/* The row does not say what there is to find. */
static const ScimMemberMoves *
sum_up_gone(const ScimRegistration *groups, const char *tenant, const char *id, ScimMemberSum *sum)
{
	Gone		gone;

	find_gone_before(groups, tenant, id, &gone);
	*sum = gone.sum;
	if (sum->count > scim_setting_history_members)
	{
		*sum = (ScimMemberSum) {.known = true};
		scim_push_before(GetActiveSnapshot()->curcid);
		scim_visit_members(groups, tenant, id, PG_INT64_MAX, scim_add_member, sum);
		PopActiveSnapshot();
	}
	return sum->count > 0 ? gone.moves : NULL;
}

const ScimMemberMoves *
scim_members_of_deleted(const ScimRegistration *groups, const char *tenant, const char *id,
						ScimMemberSum *sum)
{
	Gone		gone;

	if (!sum->known)
		return sum_up_gone(groups, tenant, id, sum);
	if (sum->count == 0)
		return NULL;
	if (sum->count > scim_setting_history_members)
		return scim_unknown_moves();
	find_gone_before(groups, tenant, id, &gone);
	if (!scim_same_members(&gone.sum, sum))
		find_gone_now(groups, tenant, id, &gone);
	return scim_same_members(&gone.sum, sum) ? gone.moves : scim_unknown_moves();
}
