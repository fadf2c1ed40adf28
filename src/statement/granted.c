/*
 * granted.c
 *		Which tenants the current role may work in: kept by the session.
 *
 * The grants are read as catalogs are: under the latest snapshot, by the
 * extension's own name for their table, with nobody's rights.  Their trigger
 * invalidates the relcache entry of that table with each change, here and, at the
 * commit, everywhere; roles and their memberships have caches of their own that
 * tell.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "registry/extension.h"
#include "registry/kept.h"
#include "registry/relation_changes.h"
#include "statement/granted.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(scim_grants_trigger);

/* A session may become one role after the other; beyond so many, all are read anew. */
#define MOST_ROLES 64

/* A place in a table of tenants, which are looked for from where their hash says onwards. */
typedef struct Slot
{
	const char *tenant;			/* NULL: free */
	uint32		length;
	uint32		hash;
} Slot;

/* What one role may use. */
typedef struct Granted
{
	Oid			role;
	uint64		as_of;			/* the generation that was read */
	MemoryContext context;		/* holds the rest */
	Datum	   *tenants;		/* texts, each once */
	int			count;
	Slot	   *slots;			/* of the same, a power of two, half of them free at least */
	uint32		mask;
} Granted;

static HTAB *roles;
static const Granted *latest = NULL;	/* the one that was asked for last */
static uint64 generation = 1;	/* moves with each change */
static Oid	grants_relid = InvalidOid;	/* of what was read, or is being read */

/*
 * The last subtransaction in which grants were read after this transaction had
 * begun to write; invalid: none.
 */
static SubTransactionId read_in = InvalidSubTransactionId;

/* ---- reading ---- */

/* Where the tenant is, or may be put. */
static Slot *
find_slot(const Granted *granted, const char *tenant, uint32 length, uint32 hash)
{
	uint32		i = hash & granted->mask;

	while (granted->slots[i].tenant != NULL &&
		   (granted->slots[i].hash != hash || granted->slots[i].length != length ||
			memcmp(granted->slots[i].tenant, tenant, length) != 0))
		i = (i + 1) & granted->mask;
	return &granted->slots[i];
}

static uint32
hash_tenant(const char *tenant, uint32 length)
{
	return hash_bytes((const unsigned char *) tenant, length);
}

/* Puts the tenants into slots; of two roles that have the same one, one is enough. */
static void
fill_slots(Granted *granted)
{
	int			read = granted->count;

	granted->mask = pg_nextpower2_32(2 * Max(read, 1)) - 1;
	granted->slots = MemoryContextAllocExtended(CurrentMemoryContext,
												(granted->mask + (Size) 1) * sizeof(Slot),
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	granted->count = 0;
	for (int i = 0; i < read; i++)
	{
		text	   *tenant = DatumGetTextPP(granted->tenants[i]);
		uint32		length = VARSIZE_ANY_EXHDR(tenant);
		uint32		hash = hash_tenant(VARDATA_ANY(tenant), length);
		Slot	   *slot = find_slot(granted, VARDATA_ANY(tenant), length, hash);

		if (slot->tenant)
			continue;
		slot->tenant = VARDATA_ANY(tenant);
		slot->length = length;
		slot->hash = hash;
		granted->tenants[granted->count++] = granted->tenants[i];
	}
}

/* A column of the grants, which nobody drops or alters unless he owns them. */
static AttrNumber
number_of(Relation relation, const char *column, Oid type)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), column);

	if (number <= 0 || TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid != type)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of table \"%s\" is gone", column,
							   RelationGetRelationName(relation))));
	return number;
}

/* In the current memory context. */
static void
read_tenants(Relation relation, Granted *granted)
{
	AttrNumber	tenant_number = number_of(relation, "tenant_id", TEXTOID);
	AttrNumber	role_number = number_of(relation, "role", REGROLEOID);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	int			size = 16;
	HeapTuple	tuple;

	granted->tenants = palloc(size * sizeof(Datum));
	granted->count = 0;
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		no_tenant;
		bool		no_role;
		Datum		tenant = heap_getattr(tuple, tenant_number, RelationGetDescr(relation),
										  &no_tenant);
		Datum		role = heap_getattr(tuple, role_number, RelationGetDescr(relation), &no_role);

		if (no_tenant || no_role || !has_privs_of_role(granted->role, DatumGetObjectId(role)))
			continue;
		if (granted->count == size)
			granted->tenants = repalloc_huge(granted->tenants, (Size) (size *= 2) * sizeof(Datum));
		granted->tenants[granted->count++] = PointerGetDatum(DatumGetTextPCopy(tenant));
	}
	systable_endscan(scan);
	fill_slots(granted);
}

/* What is read is the caller's memory until it is kept. */
static Granted
read_granted(Oid role)
{
	Relation	relation;
	Granted		granted = {.role = role};

	grants_relid = scim_extension_relation("scimver", "scim_tenant_grants");
	relation = table_open(grants_relid, AccessShareLock);
	for (;;)
	{
		MemoryContext old;

		granted.as_of = generation;
		granted.context = AllocSetContextCreate(CurrentMemoryContext, "scimver granted tenants",
												ALLOCSET_SMALL_SIZES);
		old = MemoryContextSwitchTo(granted.context);
		read_tenants(relation, &granted);
		MemoryContextSwitchTo(old);

		/*
		 * What changed while we read may have come too late for what was read first.  (Where
		 * debug_discard_caches says so, all is said to have changed all the time.)
		 */
		if (granted.as_of == generation || debug_discard_caches > 0)
			break;
		MemoryContextDelete(granted.context);
		CHECK_FOR_INTERRUPTS();
	}
	table_close(relation, AccessShareLock);
	return granted;
}

/* ---- keeping ---- */

static void
forget_all(void)
{
	HASH_SEQ_STATUS scan;
	Granted    *granted;

	latest = NULL;
	hash_seq_init(&scan, roles);
	while ((granted = hash_seq_search(&scan)) != NULL)
	{
		if (granted->context)
			MemoryContextDelete(granted->context);
		hash_search(roles, &granted->role, HASH_REMOVE, NULL);
	}
}

static const Granted *
keep(const Granted *granted)
{
	Granted    *kept;
	bool		found;

	latest = NULL;
	if (hash_get_num_entries(roles) >= MOST_ROLES &&
		hash_search(roles, &granted->role, HASH_FIND, NULL) == NULL)
		forget_all();
	kept = hash_search(roles, &granted->role, HASH_ENTER, &found);
	if (found && kept->context)
		MemoryContextDelete(kept->context);
	*kept = *granted;
	MemoryContextSetParent(kept->context, CacheMemoryContext);

	/* what was seen may be this transaction's own, and be taken back */
	if (TransactionIdIsValid(GetTopTransactionIdIfAny()))
		read_in = Max(read_in, GetCurrentSubTransactionId());
	return kept;
}

static const Granted *
granted_to(Oid role)
{
	const Granted *kept;
	Granted		granted;

	if (likely(latest && latest->role == role && latest->as_of == generation))
		return latest;
	kept = hash_search(roles, &role, HASH_FIND, NULL);
	if (kept == NULL || kept->as_of != generation)
	{
		granted = read_granted(role);
		kept = keep(&granted);
	}
	return latest = kept;
}

bool
scim_is_granted(const char *tenant, size_t length)
{
	return find_slot(granted_to(GetUserId()), tenant, length,
					 hash_tenant(tenant, length))->tenant != NULL;
}

const Datum *
scim_granted_tenants(int *count)
{
	const Granted *granted = granted_to(GetUserId());

	*count = granted->count;
	return granted->tenants;
}

uint64
scim_roles_generation(void)
{
	return generation;
}

/* ---- changes ---- */

static void
relation_changed(Oid relid)
{
	if (!OidIsValid(relid) || relid == grants_relid)
		generation++;
}

static void
roles_changed(Datum argument, int cache_id, uint32 hash_value)
{
	generation++;
}

/*
 * What is taken back was told as a change, and is told again as it is taken back;
 * but for what a statement wrote that failed before it could tell of it.
 */
static void
subtransaction_ends(SubXactEvent event, SubTransactionId ended, SubTransactionId parent,
					void *argument)
{
	/* later ones, and only they, were parts of it */
	if (event != SUBXACT_EVENT_ABORT_SUB || read_in < ended)
		return;
	read_in = InvalidSubTransactionId;
	generation++;
}

static void
transaction_ends(XactEvent event, void *argument)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	if (event == XACT_EVENT_ABORT && read_in != InvalidSubTransactionId)
		generation++;
	read_in = InvalidSubTransactionId;
}

/*
 * scim_grants_trigger(): AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW.  (Before the
 * row is there, a function that the statement calls could have the grants read
 * again too early.)
 */
Datum
scim_grants_trigger(PG_FUNCTION_ARGS)
{
	(void) scim_tell_change(fcinfo, "scim_grants_trigger");
	return PointerGetDatum(NULL);
}

void
scim_init_granted(void)
{
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(Granted),
		.hcxt = TopMemoryContext
	};

	roles = hash_create("scimver granted tenants", MOST_ROLES, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	scim_hear_of_relations(relation_changed);
	CacheRegisterSyscacheCallback(AUTHOID, roles_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, roles_changed, (Datum) 0);

	/* who owns the database is a member of pg_database_owner */
	CacheRegisterSyscacheCallback(DATABASEOID, roles_changed, (Datum) 0);
	RegisterSubXactCallback(subtransaction_ends, NULL);
	RegisterXactCallback(transaction_ends, NULL);
}
