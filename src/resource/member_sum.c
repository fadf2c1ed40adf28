/*
 * member_sum.c
 *		Count and digest of a group's members, summed up from its memberships.
 *
 * Where the group's table has columns for them, the membership triggers keep
 * them there, and a sum is only what they begin with.  That must not have in it
 * what triggers that are still to come, for statements of the same transaction
 * (of a WITH, a MERGE, of one within another), will add: so it is made as if
 * this transaction had done nothing yet.  Only what it did while nobody could
 * keep it (before the triggers were made, before the group was) is counted;
 * "notes" say up to which command that goes.
 *
 * Where it has none, members are summed up whenever somebody asks.  Who writes
 * sums up with the group's row locked, and with a snapshot that was taken since:
 * whoever changes memberships has locked that row, too, so nothing is missed.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "registry/cache.h"
#include "registry/relation.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

bool
scim_is_summed(const ScimRegistration *groups)
{
	return groups->type->has_members && (groups->columns[SCIM_COLUMN_MEMBER_COUNT] == NULL ||
										 groups->columns[SCIM_COLUMN_MEMBER_DIGEST] == NULL);
}

void
scim_lock_summed(const ScimRegistration *groups)
{
	if (groups == NULL || !scim_is_summed(groups))
		return;
	scim_check_owner(groups->relid);
	LockRelationOid(groups->relid, ShareRowExclusiveLock);
	(void) find_all_inheritors(groups->relid, ShareRowExclusiveLock, NULL);
}

/* ---- what this transaction did that no trigger has kept ---- */

/*
 * Notes are not part of the frame (frame.h): they hold for all that comes in the
 * transaction, under whichever statement, and are there without any.
 */
typedef struct NoteKey
{
	uint64		tenant;			/* hashes of the texts */
	uint64		id;
} NoteKey;

typedef struct Note
{
	NoteKey		key;			/* of the hash table */
	CommandId	command;		/* what came before it counts */
} Note;

static HTAB *notes = NULL;		/* of this transaction, or NULL */
static CommandId everywhere = FirstCommandId;	/* a note on all groups */

static void
forget_notes(XactEvent event, void *argument)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	notes = NULL;				/* went with the transaction's memory */
	everywhere = FirstCommandId;
}

static void
init_notes(void)
{
	static bool registered = false;
	HASHCTL		control = {
		.keysize = sizeof(NoteKey),
		.entrysize = sizeof(Note),
		.hcxt = TopTransactionContext
	};

	if (!registered)
		RegisterXactCallback(forget_notes, NULL);
	registered = true;
	if (notes == NULL)
		notes = hash_create("scimver notes on groups", 64, &control,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static uint64
hash_text(const char *text)
{
	return text ? hash_bytes_extended((const unsigned char *) text, strlen(text), 0) : 0;
}

/* Memberships may not tell the tenant. */
static NoteKey
note_key(const char *tenant, const char *id)
{
	const ScimRegistration *members = scim_find_members(scim_members_type());
	NoteKey		key;

	key.tenant = members && members->tenant_type ? hash_text(tenant) : 0;
	key.id = hash_text(id);
	return key;
}

/* The number of the next command. */
static CommandId
next_command(void)
{
	CommandCounterIncrement();
	return GetCurrentCommandId(false);
}

void
scim_note_no_group(const char *tenant, const char *id)
{
	NoteKey		key = note_key(tenant, id);
	Note	   *note;

	init_notes();
	note = hash_search(notes, &key, HASH_ENTER, NULL);
	note->command = next_command();
}

void
scim_note_registered(void)
{
	init_notes();
	everywhere = next_command();
}

static CommandId
counts_from(const char *tenant, const char *id)
{
	NoteKey		key = note_key(tenant, id);
	Note	   *note = notes ? hash_search(notes, &key, HASH_FIND, NULL) : NULL;

	return note ? Max(note->command, everywhere) : everywhere;
}

/* ---- snapshots ---- */

void
scim_push_latest(void)
{
	CommandCounterIncrement();
	PushCopiedSnapshot(GetLatestSnapshot());
}

/* What the transaction sees, and what it did. */
static void
push_own(void)
{
	CommandCounterIncrement();
	PushCopiedSnapshot(GetTransactionSnapshot());
}

void
scim_push_before(CommandId command)
{
	PushCopiedSnapshot(GetLatestSnapshot());
	GetActiveSnapshot()->curcid = command;
}

/* ---- counting ---- */

typedef struct Visit
{
	const ScimRegistration *members;
	ScimTakeMember take;
	void	   *argument;
} Visit;

static void
take_member(HeapTuple tuple, TupleDesc descriptor, void *argument)
{
	const Visit *visit = argument;
	bool		isnull;
	Datum		member = SPI_getbinval(tuple, descriptor, 1, &isnull);
	const char *type = "User";

	if (descriptor->natts > 1)
		type = TextDatumGetCString(SPI_getbinval(tuple, descriptor, 2, &isnull));
	visit->take(type, scim_id_text(visit->members->member_type, member), visit->argument);
}

/* Those of a table that only claims to be that of the groups are nobody's. */
static bool
is_registered(const ScimRegistration *groups)
{
	const ScimRegistration *registered = scim_find_table(scim_members_type());

	return registered && registered->relid == groups->root;
}

/*
 * tenant, group, limit: members and their types; by the key, whatever the planner
 * thinks of a group's size: a limit that it does not know makes it want order
 */
static const ScimStatement members_of = {
	.sql = "SELECT {member}{?type:, {type}} FROM {table} WHERE {in_tenant} AND {group}" EQ "$2"
	" AND {member} IS NOT NULL{?type: AND {type} IS NOT NULL}"
	" ORDER BY {?type:{type}, }{member} LIMIT $3",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, INT8OID},
	.as_owner = true
};

void
scim_visit_members(const ScimRegistration *groups, const char *tenant, const char *id,
				   int64 limit, ScimTakeMember take, void *argument)
{
	const ScimRegistration *members = is_registered(groups) ? scim_find_members(scim_members_type())
	: NULL;
	Datum		values[3];

	if (members == NULL || !scim_parse_id(members->id_type, id, &values[1]))
		return;
	values[0] = scim_tenant_datum(members, tenant);
	values[2] = Int64GetDatum(limit);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	scim_scan(&members_of, members, values, take_member, &(Visit) {members, take, argument});
	SPI_finish();
}

void
scim_add_member(const char *type, const char *id, void *sum)
{
	ScimMemberSum *result = sum;
	uint8		hash[SCIM_DIGEST_SIZE];

	scim_member_hash(type, id, hash);
	digest_add(result->digest, hash);
	result->count++;
}

void
scim_sum_seen_members(const ScimRegistration *groups, const char *tenant, const char *id,
					  ScimMemberSum *sum)
{
	*sum = (ScimMemberSum) {.known = true};
	scim_visit_members(groups, tenant, id, PG_INT64_MAX, scim_add_member, sum);
}

void
scim_sum_members(const ScimRegistration *groups, const char *tenant, const char *id,
				 ScimMemberSum *sum)
{
	scim_push_latest();
	scim_sum_seen_members(groups, tenant, id, sum);
	PopActiveSnapshot();
}

void
scim_sum_members_before(const ScimRegistration *groups, const char *tenant, const char *id,
						ScimMemberSum *sum)
{
	scim_push_before(counts_from(tenant, id));
	scim_sum_seen_members(groups, tenant, id, sum);
	PopActiveSnapshot();
}

/* ---- members that a transaction does not see ---- */

void
scim_refuse_unseen_members(const ScimRegistration *groups, const char *tenant, const char *id)
{
	ScimMemberSum latest;
	ScimMemberSum seen;

	/* a row that is written when its members change is refused by itself */
	if (!IsolationUsesXactSnapshot() || !scim_is_summed(groups) || scim_touched_column(groups))
		return;
	scim_sum_members(groups, tenant, id, &latest);
	push_own();
	scim_sum_seen_members(groups, tenant, id, &seen);
	PopActiveSnapshot();
	if (!scim_same_members(&latest, &seen))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
}
