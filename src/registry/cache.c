/*
 * cache.c
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
#include "base/errors.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/mapping.h"
#include "registry/mapping_error.h"
#include "registry/options.h"
#include "registry/registration.h"
#include "registry/relation.h"
#include "registry/relation_changes.h"
#include "registry/root.h"
#include "registry/schemas.h"
#include "rewrite/rowsecurity.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

typedef struct CacheEntry
{
	Oid			trigger;		/* hash key */
	Oid			relid;			/* of the table */
	MemoryContext context;		/* holds the registration; NULL: none is known */
	ScimRegistration *registration;
} CacheEntry;

static HTAB *cache = NULL;		/* of CacheEntry */
static uint64 generation = 1;
static uint64 changes = 1;		/* of any relation, whether something is known of it or not */
static uint64 schemas = 0;		/* the generation of the schemas and types that are pointed to */

/*
 * Where the two trigger functions' tables are, by type; forgotten with each
 * generation.  That there is none is forgotten with each change of any relation.
 */
typedef struct Claim
{
	uint64		generation;		/* when it was found; 0: not known */
	uint64		absent;			/* the count of changes up to which there was none */
	const ScimResourceType *type;
	Oid			relid;
	Oid			trigger;
	Oid			rival;			/* another table that claims the type, too */
} Claim;

typedef struct Claims
{
	Claim	   *items;			/* by the types' index */
	int			count;
} Claims;

static Claims tables;
static Claims members;

/* ---- what the catalogs say ---- */

/*
 * Can the relation be registered at all?  A trigger on another one was made by
 * hand, and claims nothing.
 */
static bool
can_hold_resources(Oid relid)
{
	char		kind = get_rel_relkind(relid);

	return (kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE) &&
		get_rel_persistence(relid) != RELPERSISTENCE_TEMP;
}

static SCIM_NORETURN void throw_two_claims(const ScimResourceType *type, Oid one, Oid other);

static void
throw_two_claims(const ScimResourceType *type, Oid one, Oid other)
{
	ScimError  *error = scim_error(SCIM_ALREADY_REGISTERED);

	scim_error_hint(error, "Drop the triggers that were made by hand on the table that is not "
					"meant to be registered.");
	scim_throw(error, "two tables claim the resource type %s: %s and %s", type->name,
			   get_rel_name(one), get_rel_name(other));
}

/*
 * The trigger is one that registers its table for the type; of several, the
 * last one to fire is found, which has the last word on a row.
 */
static void
note_claim(const Trigger *trigger, Oid relid, ScimTriggerKind kind, const ScimResourceType *type,
		   Claim *found, char **name)
{
	if (trigger->tgnargs == 0 || strcmp(trigger->tgargs[SCIM_TYPE_ARGUMENT], type->name) != 0 ||
		scim_trigger_kind(trigger) != (int) kind || !can_hold_resources(relid) ||
		scim_root_table(relid, kind, type->name) != relid)
		return;
	if (OidIsValid(found->relid) && found->relid != relid)
	{
		found->rival = relid;
		return;
	}
	if (OidIsValid(found->relid) && strcmp(*name, trigger->tgname) > 0)
		return;
	found->relid = relid;
	found->trigger = trigger->tgoid;
	*name = trigger->tgname;
}

/*
 * The table whose trigger is of the kind and has the type as first argument, as
 * the dependencies of the trigger function tell.  Triggers of partitions and of
 * children are copies of their parent's, and do not count.
 */
static bool
search_trigger(ScimTriggerKind kind, const ScimResourceType *type, Claim *found)
{
	char	   *name = NULL;
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	Relation	triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	dependency;

	found->relid = found->rival = InvalidOid;
	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(scim_trigger_function(kind)));
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
		if (HeapTupleIsValid(tuple) &&
			!OidIsValid(((Form_pg_trigger) GETSTRUCT(tuple))->tgparentid))
			note_claim(scim_read_trigger(tuple, RelationGetDescr(triggers)),
					   ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid, kind, type, found, &name);
		systable_endscan(one);
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	table_close(depend, AccessShareLock);
	return OidIsValid(found->relid);
}

/* The same; ALREADY_REGISTERED if there are two. */
static bool
find_trigger(ScimTriggerKind kind, const ScimResourceType *type, Claim *found)
{
	bool		result = search_trigger(kind, type, found);

	if (OidIsValid(found->rival))
		throw_two_claims(type, found->relid, found->rival);
	return result;
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
relation_changed(Oid relid)
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
	relation_changed(InvalidOid);
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
	scim_hear_of_relations(relation_changed);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schema_changed, (Datum) 0);
}

/* Types have changed that registrations point to: all that was read of them is read again. */
static void
follow_schemas(void)
{
	if (likely(schemas == scim_schemas_generation()))
		return;
	schemas = scim_schemas_generation();
	relation_changed(InvalidOid);
}

static uint64
count_changes(void)
{
	follow_schemas();
	return changes;
}

uint64
scim_registration_generation(void)
{
	follow_schemas();
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

/* What the arguments of a trigger of ours tell, in the current memory context. */
static ScimRegistration *
read_registration(Relation relation, const Trigger *trigger, ScimTriggerKind kind)
{
	const char *type = trigger->tgargs[SCIM_TYPE_ARGUMENT];
	ScimRegistration *registration = palloc0(sizeof(ScimRegistration));
	char	   *schema;

	registration->relid = RelationGetRelid(relation);
	registration->root = scim_root_table(registration->relid, kind, type);
	registration->trigger = trigger->tgoid;
	registration->owner = relation->rd_rel->relowner;
	registration->has_policy = has_policy(relation);
	registration->is_members = kind == SCIM_MEMBERS_KIND;
	registration->type = scim_resource_type(type);
	if (registration->type == NULL)
		scim_bad_mapping(relation, NULL,
						 "trigger \"%s\" of table \"%s\" names the unknown resource type \"%s\"",
						 trigger->tgname, RelationGetRelationName(relation), type);
	schema = get_namespace_name(RelationGetNamespace(relation));
	registration->table = quote_qualified_identifier(schema, RelationGetRelationName(relation));
	scim_read_mapping(registration, relation, trigger->tgargs[SCIM_MAPPING_ARGUMENT]);
	scim_read_options(registration, trigger->tgnargs > SCIM_OPTIONS_ARGUMENT
					  ? trigger->tgargs[SCIM_OPTIONS_ARGUMENT] : NULL);
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
	int			kind = scim_trigger_kind(trigger);
	Oid			oid = trigger->tgoid;
	ScimRegistration *registration;
	MemoryContext context;
	CacheEntry *entry;
	bool		found;

	if ((kind & SCIM_MAPPED_KINDS) == 0)
		scim_refuse_trigger(relation, trigger);
	for (;;)
	{
		MemoryContext old;
		uint64		started = count_changes();

		context = AllocSetContextCreate(CurrentMemoryContext, "scimver registration",
										ALLOCSET_SMALL_SIZES);
		old = MemoryContextSwitchTo(context);
		registration = read_registration(relation, trigger, kind);
		MemoryContextSwitchTo(old);
		/* where debug_discard_caches says so, all is said to have changed all the time */
		if (started == count_changes() || debug_discard_caches > 0)
			break;
		MemoryContextDelete(context);
	}

	entry = hash_search(cache, &oid, HASH_ENTER, &found);
	if (found)
		forget(entry);
	entry->relid = RelationGetRelid(relation);
	entry->registration = registration;
	entry->context = context;
	MemoryContextSetParent(context, CacheMemoryContext);
	return registration;
}

const ScimRegistration *
scim_trigger_registration(Relation relation, const Trigger *trigger)
{
	CacheEntry *entry;

	follow_schemas();
	entry = hash_search(cache, &trigger->tgoid, HASH_FIND, NULL);
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

/* The row triggers of the relations that were asked for last, until any registration changes. */
typedef struct Recent
{
	Oid			relid;
	Oid			trigger;
	uint64		generation;		/* when it was found; 0: not known */
} Recent;

static Recent recents[8];

static const ScimRegistration *
find_recent(const Recent *recent, Oid relid)
{
	const CacheEntry *entry;

	follow_schemas();
	if (recent->relid != relid || recent->generation != generation)
		return NULL;
	entry = hash_search(cache, &recent->trigger, HASH_FIND, NULL);
	return entry ? entry->registration : NULL;
}

const ScimRegistration *
scim_row_registration(Relation relation)
{
	Oid			relid = RelationGetRelid(relation);
	Recent	   *recent = &recents[relid % lengthof(recents)];
	const ScimRegistration *registration = find_recent(recent, relid);
	const TriggerDesc *triggers;
	Oid			function;

	if (registration)
		return registration;
	/* first: a look into the catalogs may have the relation forget its triggers */
	function = scim_trigger_function(SCIM_ROW_KIND);
	triggers = relation->trigdesc;
	for (int i = triggers ? triggers->numtriggers - 1 : -1; i >= 0; i--)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgfoid != function || scim_trigger_kind(trigger) != SCIM_ROW_KIND)
			continue;
		registration = scim_trigger_registration(relation,
												 scim_relation_trigger(relation, trigger->tgoid));
		*recent = (Recent) {relid, registration->trigger, generation};
		return registration;
	}
	return NULL;
}

static Claim *
claim_of(Claims *claims, const ScimResourceType *type)
{
	if (type->index >= claims->count)
	{
		int			count = Max(8, 2 * type->index);
		Size		size = count * sizeof(Claim);

		if (claims->items)
			claims->items = repalloc(claims->items, size);
		else
			claims->items = MemoryContextAlloc(TopMemoryContext, size);
		memset(claims->items + claims->count, 0, (count - claims->count) * sizeof(Claim));
		claims->count = count;
	}
	return &claims->items[type->index];
}

/* Is it known that there is none?  What others have committed is heard of first, as by a look. */
static bool
is_absent(const Claim *known, const ScimResourceType *type)
{
	if (known->absent == 0 || known->type != type)
		return false;
	AcceptInvalidationMessages();
	return known->absent == count_changes();
}

static const ScimRegistration *
find_registration(ScimTriggerKind kind, const ScimResourceType *type, Claims *claims)
{
	Claim	   *known = claim_of(claims, type);
	Claim		found = {0};
	CacheEntry *entry;
	Relation	relation;
	const Trigger *trigger;
	const ScimRegistration *result = NULL;
	uint64		started;

	follow_schemas();
	if (known->generation == generation && known->type == type)
	{
		entry = hash_search(cache, &known->trigger, HASH_FIND, NULL);
		if (entry && entry->registration)
			return entry->registration;
	}
	if (is_absent(known, type))
		return NULL;
	do
	{
		/* while we waited for its lock, it may have been dropped, and another one made */
		CHECK_FOR_INTERRUPTS();
		started = count_changes();
		if (!find_trigger(kind, type, &found))
		{
			/* nothing of a type of before: a later one may come to lie where it does */
			if (scim_resource_type(type->name) == type)
				*claim_of(claims, type) = (Claim) {.type = type, .absent = started};
			return NULL;
		}
		relation = try_relation_open(found.relid, AccessShareLock);
	} while (relation == NULL);
	trigger = scim_relation_trigger(relation, found.trigger);
	if (trigger)
		result = scim_trigger_registration(relation, trigger);
	relation_close(relation, NoLock);
	found.generation = generation;
	found.type = type;
	*claim_of(claims, type) = found;
	return result;
}

bool
scim_is_current(const ScimRegistration *registration)
{
	const CacheEntry *entry;

	follow_schemas();
	entry = hash_search(cache, &registration->trigger, HASH_FIND, NULL);
	return entry && entry->registration == registration;
}

void
scim_lock_registrations(void)
{
	LockDatabaseObject(ProcedureRelationId, scim_trigger_function(SCIM_ROW_KIND), 0,
					   ShareUpdateExclusiveLock);
}

const ScimRegistration *
scim_find_table(const ScimResourceType *type)
{
	return type ? find_registration(SCIM_ROW_KIND, type, &tables) : NULL;
}

const ScimRegistration *
scim_find_members(const ScimResourceType *type)
{
	return type ? find_registration(SCIM_MEMBERS_KIND, type, &members) : NULL;
}

const ScimRegistration *
scim_find_table_by_relid(Oid relid)
{
	if (get_rel_name(relid) == NULL)
		scim_refuse_missing(relid);
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *registration = scim_find_table(*type);

		if (registration && registration->relid == relid)
			return registration;
	}
	return NULL;
}

Oid
scim_find_table_relid(const ScimResourceType *type)
{
	Claim		found = {0};

	return find_trigger(SCIM_ROW_KIND, type, &found) ? found.relid : InvalidOid;
}

Oid
scim_find_members_relid(const ScimResourceType *type)
{
	Claim		found = {0};

	return find_trigger(SCIM_MEMBERS_KIND, type, &found) ? found.relid : InvalidOid;
}

bool
scim_is_registered(const ScimResourceType *type, ScimTriggerKind kind, Oid relid)
{
	Claim		found = {0};

	return type && search_trigger(kind, type, &found) && found.relid == relid &&
		!OidIsValid(found.rival);
}

const ScimRegistration *
scim_side_table(const ScimRegistration *members, const ScimResourceType *type)
{
	if (!type->can_be_member ||
		(type->has_members && members->columns[SCIM_MEMBER_SUBGROUP] == NULL))
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
	error = scim_error(SCIM_NO_MEMBERSHIPS);
	scim_error_text(error, "resource_type", "Group");
	scim_throw(error, "the table of groups has no membership table");
}
