/*
 * group_state.c
 *		scim_group_state: count and digest of the members of groups whose table
 *		has no columns for them.
 *
 * The membership triggers write it, whoever causes them to, and any reader of a
 * group reads it: both as the owner of that table, as nobody else may.
 *
 * A group of which nothing is kept is counted from its memberships by the
 * first trigger that needs a sum to add to.  What is counted then must not
 * have in it what that trigger, and others that are still to come for
 * statements of the same transaction (of a WITH, a MERGE, of one within
 * another), will add: so it is counted as if this transaction had done nothing
 * yet.  Only what it did while nobody could keep it (before the triggers were
 * made, before the group was, before its state was forgotten) is counted;
 * "notes" say up to which command that goes.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "common/hashfn.h"
#include "core/canonical.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "store/group_state.h"
#include "store/statements.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

bool
scim_has_group_state(const ScimRegistration *groups)
{
	return groups->type->has_members &&
		(groups->columns[SCIM_COLUMN_MEMBER_COUNT] == NULL || groups->columns[SCIM_COLUMN_MEMBER_DIGEST] == NULL);
}

/* ---- what this transaction did that no trigger has kept ---- */

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
		notes = hash_create("scimver notes on groups", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
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

/* What is committed, and what this transaction did. */
static void
push_latest(void)
{
	if (IsInParallelMode())
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		return;
	}
	CommandCounterIncrement();
	PushCopiedSnapshot(GetLatestSnapshot());
}

/* What is committed, and what this transaction did before a command. */
static void
push_before(CommandId command)
{
	PushCopiedSnapshot(GetLatestSnapshot());
	GetActiveSnapshot()->curcid = command;
}

/* ---- counting ---- */

typedef struct Sum
{
	const ScimRegistration *members;
	int64		count;
	uint8	   *digest;
} Sum;

static void
add_member(HeapTuple tuple, TupleDesc descriptor, void *argument)
{
	Sum		   *sum = argument;
	uint8		hash[SCIM_DIGEST_SIZE];
	bool		isnull;
	Datum		member = SPI_getbinval(tuple, descriptor, 1, &isnull);
	const char *type = "User";

	if (descriptor->natts > 1)
		type = TextDatumGetCString(SPI_getbinval(tuple, descriptor, 2, &isnull));
	scim_member_hash(type, scim_id_text(sum->members->member_type, member), hash);
	digest_add(sum->digest, hash);
	sum->count++;
}

/* Those of a table that only claims to be that of the groups are nobody's. */
static bool
is_registered(const ScimRegistration *groups)
{
	const ScimRegistration *registered = scim_find_table(scim_members_type());

	return registered && registered->relid == groups->root;
}

/* Counts the memberships of a group under the active snapshot. */
static void
sum_up(const ScimRegistration *groups, const char *tenant, const char *id, int64 *count, uint8 *digest)
{
	const ScimRegistration *members = is_registered(groups) ? scim_find_members(scim_members_type()) : NULL;
	Sum			sum = {.members = members, .digest = digest};
	Datum		values[2];

	memset(digest, 0, SCIM_DIGEST_SIZE);
	*count = 0;
	if (members == NULL || !scim_parse_id(members->id_type, id, &values[1]))
		return;
	values[0] = scim_tenant_datum(members, tenant);
	scim_scan(SCIM_MEMBERS_OF, members, values, add_member, &sum);
	*count = sum.count;
}

/* ---- the table ---- */

/* Runs a statement as the owner of scim_group_state. */
static uint64
run_as_keeper(ScimStatement statement, const ScimRegistration *groups, Datum *values, bool read_only)
{
	ScimRole	caller;
	uint64		count;

	scim_act_as_owner_of(scim_extension_relation("scimver", "scim_group_state"), &caller);
	count = scim_run(statement, groups, values, NULL, read_only);
	scim_act_as_before(&caller);
	return count;
}

static void
set_key(Datum *values, const ScimRegistration *groups, const char *tenant, const char *id)
{
	values[0] = ObjectIdGetDatum(groups->root);
	values[1] = CStringGetTextDatum(tenant);
	values[2] = CStringGetTextDatum(id);
}

/* What the table says under the active snapshot. */
static bool
look_up(const ScimRegistration *groups, const char *tenant, const char *id, int64 *count, uint8 *digest)
{
	Datum		values[3];
	bool		isnull;
	bytea	   *bytes;

	set_key(values, groups, tenant, id);
	if (run_as_keeper(SCIM_GET_STATE, groups, values, true) == 0)
		return false;
	*count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	bytes = DatumGetByteaPP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	memcpy(digest, VARDATA_ANY(bytes), SCIM_DIGEST_SIZE);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

static void
enter_spi(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

/* ---- reading ---- */

bool
scim_read_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
					  int64 *count, uint8 *digest)
{
	bool		found;

	enter_spi();
	push_latest();
	found = look_up(groups, tenant, id, count, digest);
	PopActiveSnapshot();
	SPI_finish();
	return found;
}

bool
scim_known_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
					   int64 *count, uint8 *digest)
{
	bool		found;

	enter_spi();
	found = look_up(groups, tenant, id, count, digest);
	SPI_finish();
	return found;
}

void
scim_sum_members(const ScimRegistration *groups, const char *tenant, const char *id,
				 int64 *count, uint8 *digest)
{
	enter_spi();
	push_latest();
	sum_up(groups, tenant, id, count, digest);
	PopActiveSnapshot();
	SPI_finish();
}

void
scim_sum_members_before(const ScimRegistration *groups, const char *tenant, const char *id,
						int64 *count, uint8 *digest)
{
	enter_spi();
	push_before(counts_from(tenant, id));
	sum_up(groups, tenant, id, count, digest);
	PopActiveSnapshot();
	SPI_finish();
}

void
scim_show_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
					  int64 *count, uint8 *digest)
{
	enter_spi();
	if (!scim_has_group_state(groups) || !look_up(groups, tenant, id, count, digest))
		sum_up(groups, tenant, id, count, digest);
	SPI_finish();
}

/* ---- writing ---- */

void
scim_store_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
					   int64 count, const uint8 *digest)
{
	Datum		values[5];
	bytea	   *bytes = palloc(VARHDRSZ + SCIM_DIGEST_SIZE);

	enter_spi();
	SET_VARSIZE(bytes, VARHDRSZ + SCIM_DIGEST_SIZE);
	memcpy(VARDATA(bytes), digest, SCIM_DIGEST_SIZE);
	set_key(values, groups, tenant, id);
	values[3] = Int64GetDatum(count);
	values[4] = PointerGetDatum(bytes);
	run_as_keeper(SCIM_PUT_STATE, groups, values, false);
	SPI_finish();
}

void
scim_change_group_state(const ScimRegistration *groups, const char *tenant, const char *id,
						int64 count, const uint8 *digest)
{
	int64		sum;
	uint8		sum_digest[SCIM_DIGEST_SIZE];

	if (!scim_read_group_state(groups, tenant, id, &sum, sum_digest))
		scim_sum_members_before(groups, tenant, id, &sum, sum_digest);
	digest_add(sum_digest, digest);
	scim_store_group_state(groups, tenant, id, sum + count, sum_digest);
}

void
scim_forget_group_state(const ScimRegistration *groups, const char *tenant, const char *id)
{
	Datum		values[3];

	enter_spi();
	set_key(values, groups, tenant, id);
	if (run_as_keeper(SCIM_FORGET_STATE, groups, values, false) > 0)
		scim_note_no_group(tenant, id);
	SPI_finish();
}

void
scim_forget_group_states(const ScimRegistration *groups)
{
	Datum		value = ObjectIdGetDatum(groups->root);

	enter_spi();
	if (run_as_keeper(SCIM_FORGET_STATES, groups, &value, false) > 0)
		scim_note_registered();
	SPI_finish();
}

void
scim_forget_states_of(Oid relid)
{
	ScimRegistration any = {.relid = relid, .root = relid};

	scim_forget_group_states(&any);
}
