/*
 * registration.c
 *		Reading registrations from the triggers, and keeping them.
 *
 * Entry points: scim_trigger_registration (for the triggers) and
 * scim_find_table, scim_find_members (for the functions).  A registration is
 * never changed: when its table changes it is forgotten, and freed at the end
 * of the transaction, since a caller up the stack may still hold it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "errors.h"
#include "miscadmin.h"
#include "rewrite/rowsecurity.h"
#include "storage/lmgr.h"
#include "store/registration.h"
#include "store/root.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

typedef struct CacheEntry
{
	Oid			relid;			/* hash key */
	MemoryContext context;		/* holds the registration; NULL: none is known */
	ScimRegistration *registration;
} CacheEntry;

static HTAB *cache = NULL;		/* of CacheEntry */
static uint64 generation = 1;
static uint64 changes = 0;		/* of any relation, whether something is known of it or not */

/* Where the two trigger functions' tables are, by type; forgotten with each generation. */
typedef struct Lookup
{
	uint64		generation;		/* when it was found; 0: not known */
	const ScimResourceType *type;
	Oid			relid;
	Oid			trigger;
} Lookup;

typedef struct Lookups
{
	Lookup	   *items;			/* by the types' index */
	int			count;
} Lookups;

static Lookups tables;
static Lookups members;

static Oid	row_function = InvalidOid;
static Oid	members_function = InvalidOid;

/* ---- what the catalogs say ---- */

/*
 * The table whose trigger calls the function with the type as first argument,
 * as the dependencies of the function tell.  Triggers of partitions and of
 * children are copies of their parent's, and do not count.
 */
static bool
find_trigger(Oid function, const ScimResourceType *type, Lookup *found)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	dependency;

	found->relid = InvalidOid;
	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(function));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(dependency = systable_getnext(scan)))
	{
		Form_pg_depend link = (Form_pg_depend) GETSTRUCT(dependency);
		ScanKeyData key;
		SysScanDesc one;
		HeapTuple	tuple;

		if (link->classid != TriggerRelationId)
			continue;
		ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(link->objid));
		one = systable_beginscan(triggers, TriggerOidIndexId, true, NULL, 1, &key);
		tuple = systable_getnext(one);
		if (HeapTupleIsValid(tuple))
		{
			Form_pg_trigger trigger = (Form_pg_trigger) GETSTRUCT(tuple);
			bool		isnull;
			Datum		args = heap_getattr(tuple, Anum_pg_trigger_tgargs,
											RelationGetDescr(triggers), &isnull);

			if (!OidIsValid(trigger->tgparentid) && trigger->tgnargs > 0 && !isnull &&
				strcmp(VARDATA_ANY(DatumGetByteaPP(args)), type->name) == 0 &&
				scim_root_table(trigger->tgrelid, NameStr(trigger->tgname)) == trigger->tgrelid)
			{
				if (OidIsValid(found->relid) && found->relid != trigger->tgrelid)
					scim_throw(scim_error(SCIM_ALREADY_REGISTERED),
							   "two tables claim the resource type %s: %s and %s", type->name,
							   get_rel_name(found->relid), get_rel_name(trigger->tgrelid));
				found->relid = trigger->tgrelid;
				found->trigger = trigger->oid;
			}
		}
		systable_endscan(one);
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	table_close(depend, AccessShareLock);
	return OidIsValid(found->relid);
}

/* ---- the cache ---- */

static void
forget(CacheEntry *entry)
{
	/* whoever still holds the registration does so within this transaction */
	if (entry->context && TopTransactionContext)
		MemoryContextSetParent(entry->context, TopTransactionContext);
	else if (entry->context)
		MemoryContextDelete(entry->context);
	entry->context = NULL;
	entry->registration = NULL;
}

/* Does the registration name the index? */
static bool
names_index(const ScimRegistration *registration, Oid relid)
{
	for (int i = 0; registration && i < registration->lookup_count; i++)
	{
		if (registration->lookups[i].index_relid == relid)
			return true;
	}
	for (int i = 0; registration && i < registration->mapped_count; i++)
	{
		if (registration->mapped[i].index_relid == relid)
			return true;
	}
	return false;
}

/* A table changed, or one of its indexes; InvalidOid: anything may have. */
static void
relation_changed(Datum argument, Oid relid)
{
	HASH_SEQ_STATUS scan;
	CacheEntry *entry;
	bool		known = false;

	changes++;
	hash_seq_init(&scan, cache);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (OidIsValid(relid) && entry->relid != relid && !names_index(entry->registration, relid))
			continue;
		forget(entry);
		known = true;
	}
	if (known || !OidIsValid(relid))
		generation++;
}

/* A schema was renamed: it is part of the names of tables, here and in saved plans. */
static void
schema_changed(Datum argument, int cache_id, uint32 hash_value)
{
	relation_changed((Datum) 0, InvalidOid);
}

void
scim_forget_registrations(void)
{
	relation_changed((Datum) 0, InvalidOid);
}

static void
function_changed(Datum argument, int cache_id, uint32 hash_value)
{
	row_function = InvalidOid;
	members_function = InvalidOid;
}

void
scim_init_registrations(void)
{
	HASHCTL		control = {
		.keysize = sizeof(Oid),
		.entrysize = sizeof(CacheEntry),
		.hcxt = TopMemoryContext
	};

	cache = hash_create("scimver registrations", 8, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, function_changed, (Datum) 0);
}

uint64
scim_registration_generation(void)
{
	return generation;
}

/* Does scimver's own policy keep the tenants of the table apart? */
static bool
has_policy(Relation relation)
{
	ListCell   *cell;

	if (relation->rd_rsdesc == NULL)
		return false;
	foreach(cell, relation->rd_rsdesc->policies)
	{
		if (strcmp(((RowSecurityPolicy *) lfirst(cell))->policy_name, SCIM_POLICY) == 0)
			return true;
	}
	return false;
}

/* What the trigger's arguments tell, in the current memory context. */
static ScimRegistration *
read_registration(Relation relation, const Trigger *trigger)
{
	ScimRegistration *registration = palloc0(sizeof(ScimRegistration));

	registration->relid = RelationGetRelid(relation);
	registration->root = scim_root_table(registration->relid, trigger->tgname);
	registration->trigger = trigger->tgoid;
	registration->owner = relation->rd_rel->relowner;
	registration->has_policy = has_policy(relation);
	registration->is_members = strncmp(trigger->tgname, SCIM_MEMBERS_TRIGGER,
									   strlen(SCIM_MEMBERS_TRIGGER)) == 0;
	registration->type = scim_resource_type(trigger->tgargs[0]);
	if (registration->type == NULL)
		elog(ERROR, "trigger \"%s\" names the unknown resource type \"%s\"",
			 trigger->tgname, trigger->tgargs[0]);
	registration->table = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
													 RelationGetRelationName(relation));
	scim_read_mapping(registration, relation, trigger->tgargs[SCIM_MAPPING_ARGUMENT]);
	if (trigger->tgnargs > SCIM_OPTIONS_ARGUMENT)
		scim_read_options(registration, trigger->tgargs[SCIM_OPTIONS_ARGUMENT]);
	return registration;
}

/*
 * Fills the cache's entry for the relation.  The entry is found again after
 * the reading, which may have made the cache forget or grow.  What changed
 * while we read is read again: it is in no entry yet that would be forgotten.
 */
static const ScimRegistration *
remember(Relation relation, const Trigger *trigger)
{
	Oid			relid = RelationGetRelid(relation);
	ScimRegistration *registration;
	MemoryContext context;
	CacheEntry *entry;
	bool		found;

	if (trigger->tgnargs < 2)
		elog(ERROR, "trigger \"%s\" has too few arguments", trigger->tgname);
	for (;;)
	{
		MemoryContext old;
		uint64		started = changes;

		context = AllocSetContextCreate(CurrentMemoryContext, "scimver registration",
										ALLOCSET_SMALL_SIZES);
		old = MemoryContextSwitchTo(context);
		registration = read_registration(relation, trigger);
		MemoryContextSwitchTo(old);
		/* where debug_discard_caches says so, all is said to have changed all the time */
		if (started == changes || debug_discard_caches > 0)
			break;
		MemoryContextDelete(context);
	}

	entry = hash_search(cache, &relid, HASH_ENTER, &found);
	if (found)
		forget(entry);
	entry->registration = registration;
	entry->context = context;
	MemoryContextSetParent(context, CacheMemoryContext);
	return registration;
}

const ScimRegistration *
scim_trigger_registration(Relation relation, const Trigger *trigger)
{
	Oid			relid = RelationGetRelid(relation);
	CacheEntry *entry = hash_search(cache, &relid, HASH_FIND, NULL);

	if (entry && entry->registration)
		return entry->registration;
	return remember(relation, trigger);
}

const Trigger *
scim_relation_trigger(Relation relation, Oid trigger)
{
	TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		if (triggers->triggers[i].tgoid == trigger)
			return &triggers->triggers[i];
	}
	return NULL;
}

static Lookup *
lookup_of(Lookups *lookups, const ScimResourceType *type)
{
	if (type->index >= lookups->count)
	{
		int			count = Max(8, 2 * type->index);
		Size		size = count * sizeof(Lookup);

		if (lookups->items)
			lookups->items = repalloc(lookups->items, size);
		else
			lookups->items = MemoryContextAlloc(TopMemoryContext, size);
		memset(lookups->items + lookups->count, 0, (count - lookups->count) * sizeof(Lookup));
		lookups->count = count;
	}
	return &lookups->items[type->index];
}

static const ScimRegistration *
find_registration(Oid function, const ScimResourceType *type, Lookups *lookups)
{
	Lookup	   *lookup = lookup_of(lookups, type);
	Lookup		found = {0};
	CacheEntry *entry;
	Relation	relation;
	const Trigger *trigger;
	const ScimRegistration *result = NULL;

	if (lookup->generation == generation && lookup->type == type)
	{
		entry = hash_search(cache, &lookup->relid, HASH_FIND, NULL);
		if (entry && entry->registration)
			return entry->registration;
	}
	do
	{
		/* while we waited for its lock, it may have been dropped, and another one made */
		CHECK_FOR_INTERRUPTS();
		if (!find_trigger(function, type, &found))
			return NULL;
		relation = try_relation_open(found.relid, AccessShareLock);
	} while (relation == NULL);
	trigger = scim_relation_trigger(relation, found.trigger);
	if (trigger)
		result = scim_trigger_registration(relation, trigger);
	relation_close(relation, NoLock);
	found.generation = generation;
	found.type = type;
	*lookup_of(lookups, type) = found;
	return result;
}

void
scim_lock_registrations(void)
{
	Oid			function = scim_extension_function("scimver", "scim_row_trigger", 0, NULL);

	LockDatabaseObject(ProcedureRelationId, function, 0, ShareUpdateExclusiveLock);
}

static Oid
get_row_function(void)
{
	if (!OidIsValid(row_function))
		row_function = scim_extension_function("scimver", "scim_row_trigger", 0, NULL);
	return row_function;
}

const ScimRegistration *
scim_find_table(const ScimResourceType *type)
{
	return type ? find_registration(get_row_function(), type, &tables) : NULL;
}

static Oid
get_members_function(void)
{
	if (!OidIsValid(members_function))
		members_function = scim_extension_function("scimver", "scim_members_trigger", 0, NULL);
	return members_function;
}

const ScimRegistration *
scim_find_members(const ScimResourceType *type)
{
	return type ? find_registration(get_members_function(), type, &members) : NULL;
}

Oid
scim_find_table_relid(const ScimResourceType *type)
{
	Lookup		found = {0};

	return find_trigger(get_row_function(), type, &found) ? found.relid : InvalidOid;
}

Oid
scim_find_members_relid(const ScimResourceType *type)
{
	Lookup		found = {0};

	return find_trigger(get_members_function(), type, &found) ? found.relid : InvalidOid;
}

Oid
scim_registered_relation(const ScimResourceType *type, bool is_members)
{
	const char *name = is_members ? "scim_members_trigger" : "scim_row_trigger";
	Lookup		found = {0};

	return find_trigger(scim_extension_function("scimver", name, 0, NULL), type, &found) ? found.relid : InvalidOid;
}

const ScimResourceType *
scim_members_type(void)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if ((*type)->has_members)
			return *type;
	}
	return NULL;
}

const ScimRegistration *
scim_side_table(const ScimRegistration *members, const ScimResourceType *type)
{
	if (!type->can_be_member || (type->has_members && members->columns[SCIM_MEMBER_SUBGROUP] == NULL))
		return NULL;
	return scim_find_table(type);
}

const ScimRegistration *
scim_members_table(void)
{
	const ScimRegistration *found = scim_find_members(scim_members_type());
	ScimError  *error;

	if (found)
		return found;
	error = scim_error(SCIM_NOT_REGISTERED);
	scim_error_text(error, "resource_type", "Group");
	scim_throw(error, "the table of groups has no membership table");
}
