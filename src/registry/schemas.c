/*
 * schemas.c
 *		The set of schemas and resource types: read from their tables, kept until
 *		they change.
 *
 * The tables are read as catalogs are: under the latest snapshot, with nobody's
 * rights.  Their trigger (schemas_trigger.c) invalidates their relcache entries
 * with each change, here and, at the commit, everywhere.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/immutable.h"
#include "core/projection.h"
#include "core/schema_document.h"
#include "core/type_document.h"
#include "miscadmin.h"
#include "registry/extension.h"
#include "registry/relation_changes.h"
#include "registry/schemas.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

typedef struct SchemaSet
{
	MemoryContext context;		/* holds all of it */
	const ScimSchema **schemas; /* ended by a NULL */
	const ScimResourceType **types;
} SchemaSet;

static SchemaSet *current = NULL;
static uint64 generation = 1;
static uint64 dropped = 0;		/* sets, since the session began */

/* The tables of the current set, or of the one that is being read. */
static Oid	schemas_relid = InvalidOid;
static Oid	types_relid = InvalidOid;

/* ---- the rows ---- */

typedef struct Row
{
	char	   *key;			/* id or name */
	bool		built_in;
	Jsonb	   *document;
	Jsonb	   *options;		/* NULL: the table has none */
	char	   *version;
	int			position;
} Row;

static int
compare_rows(const void *a, const void *b)
{
	int			x = ((const Row *) a)->position;
	int			y = ((const Row *) b)->position;

	return (x > y) - (x < y);
}

/* What was registered takes the place of the built-in row with its key. */
static int
drop_replaced(Row *rows, int count)
{
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		bool		replaced = false;

		for (int j = 0; j < count && rows[i].built_in; j++)
			replaced |= !rows[j].built_in && pg_strcasecmp(rows[i].key, rows[j].key) == 0;
		if (!replaced)
			rows[kept++] = rows[i];
	}
	return kept;
}

static Datum
column_of(HeapTuple tuple, Relation relation, const char *name, bool *isnull)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), name);

	*isnull = true;
	if (number == InvalidAttrNumber)
		return (Datum) 0;
	return heap_getattr(tuple, number, RelationGetDescr(relation), isnull);
}

/* What the table has in every row, unless somebody altered it. */
static Datum
required_of(HeapTuple tuple, Relation relation, const char *name)
{
	bool		isnull;
	Datum		value = column_of(tuple, relation, name, &isnull);

	if (isnull)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of table \"%s\" is gone", name,
							   RelationGetRelationName(relation))));
	return value;
}

static void
read_row(HeapTuple tuple, Relation relation, const char *key, Row *row)
{
	bool		isnull;
	Datum		value;

	row->key = TextDatumGetCString(required_of(tuple, relation, key));
	row->built_in = DatumGetBool(required_of(tuple, relation, "built_in"));
	row->document = DatumGetJsonbPCopy(required_of(tuple, relation, "document"));
	value = column_of(tuple, relation, "options", &isnull);
	row->options = isnull ? NULL : DatumGetJsonbPCopy(value);
	value = column_of(tuple, relation, "version", &isnull);
	row->version = isnull ? NULL : TextDatumGetCString(value);
	row->position = DatumGetInt32(required_of(tuple, relation, "position"));
}

/* The rows of a table, by their position. */
static Row *
read_rows(Oid relid, const char *key, int *count)
{
	Relation	relation = table_open(relid, AccessShareLock);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	int			size = 16;
	Row		   *rows = palloc(size * sizeof(Row));

	*count = 0;
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (*count == size)
			rows = repalloc(rows, (size *= 2) * sizeof(Row));
		read_row(tuple, relation, key, &rows[(*count)++]);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	*count = drop_replaced(rows, *count);
	qsort(rows, *count, sizeof(Row), compare_rows);
	return rows;
}

/* ---- the set ---- */

const ScimSchema *
scim_find_schema(const ScimSchema *const *schemas, const char *urn)
{
	for (; *schemas; schemas++)
	{
		if (scim_same_name(urn, strlen(urn), (*schemas)->urn))
			return *schemas;
	}
	return NULL;
}

/* "/Devices": "devices" */
static char *
plural_of(const char *endpoint)
{
	char	   *plural = pstrdup(endpoint + 1);

	for (char *c = plural; *c; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return plural;
}

/*
 * Is this the schema of RFC 7643, and does it have the attribute, which is kept
 * outside of the document?
 */
static bool
is_core(const ScimSchema *schema, const char *urn, const char *attribute, bool complex)
{
	const ScimAttribute *found = scim_attribute(schema->attributes, attribute, strlen(attribute));

	return strcmp(schema->urn, urn) == 0 && found && (found->type == SCIM_COMPLEX) == complex;
}

/* NULL if one of its schemas is not there (yet: a restore loads table after table). */
ScimResourceType *
scim_make_type(const ScimTypeDocument *document, const ScimSchema *const *schemas)
{
	ScimResourceType *type = palloc0(sizeof(ScimResourceType));
	const ScimSchema **extensions = palloc0((document->extension_count + 1) * sizeof(ScimSchema *));

	type->schema = scim_find_schema(schemas, document->schema);
	if (type->schema == NULL)
		return NULL;
	for (int i = 0; i < document->extension_count; i++)
	{
		extensions[i] = scim_find_schema(schemas, document->extensions[i]);
		if (extensions[i] == NULL)
			return NULL;
	}
	type->name = document->name;
	type->plural = plural_of(document->endpoint);
	type->endpoint = document->endpoint;
	type->description = document->description;
	type->extensions = extensions;
	type->extension_required = document->required;
	type->has_password = is_core(type->schema, SCIM_URN_USER, "password", false);
	type->has_groups = is_core(type->schema, SCIM_URN_USER, "groups", true);
	type->has_members = is_core(type->schema, SCIM_URN_GROUP, "members", true);
	type->has_kept = scim_has_kept(type);
	type->can_be_member = type->has_groups || type->has_members;
	type->not_found = type->has_groups ? SCIM_USER_NOT_FOUND :
		type->has_members ? SCIM_GROUP_NOT_FOUND : SCIM_RESOURCE_NOT_FOUND;
	type->projection = scim_read_projection(type, &scim_strict_rules, NULL, -1, NULL, -1);
	return type;
}

/*
 * The endpoints of all types but those that a reference to resources names;
 * NULL if it may lead anywhere.
 */
static const char *const *
other_endpoints(const char *const *referenced, const ScimResourceType *const *types)
{
	const char **endpoints;
	int			count = 0;

	for (int i = 0; referenced && referenced[i]; i++)
	{
		if (strcmp(referenced[i], "external") == 0 || strcmp(referenced[i], "uri") == 0)
			return NULL;
	}
	while (referenced && types[count])
		count++;
	if (count == 0)
		return NULL;
	endpoints = palloc0((count + 1) * sizeof(char *));
	for (count = 0; *types; types++)
	{
		bool		named = false;

		for (int i = 0; referenced[i]; i++)
			named |= pg_strcasecmp(referenced[i], (*types)->name) == 0;
		if (!named)
			endpoints[count++] = pstrdup((*types)->endpoint);
	}
	return endpoints;
}

/* The attributes are still being made. */
static void
set_endpoints(ScimAttribute *attributes, const ScimResourceType *const *types)
{
	check_stack_depth();
	for (; attributes && attributes->name; attributes++)
	{
		attributes->other_endpoints = other_endpoints(attributes->reference_types, types);
		set_endpoints((ScimAttribute *) attributes->sub, types);
	}
}

void
scim_set_endpoints(ScimSchema *schema, const ScimResourceType *const *types)
{
	set_endpoints((ScimAttribute *) schema->attributes, types);
}

static void
read_schemas(SchemaSet *set, const Row *rows, int count)
{
	Jsonb	   *no_options = scim_write(scim_new_object());

	set->schemas = palloc0((count + 1) * sizeof(ScimSchema *));
	for (int i = 0; i < count; i++)
	{
		ScimSchema *schema = scim_read_schema(rows[i].document,
											  rows[i].options ? rows[i].options : no_options);

		schema->version = rows[i].version ? pstrdup(rows[i].version) : NULL;
		set->schemas[i] = schema;
	}
}

static void
read_types(SchemaSet *set, const Row *rows, int count)
{
	int			made = 0;

	set->types = palloc0((count + 1) * sizeof(ScimResourceType *));
	for (int i = 0; i < count; i++)
	{
		ScimResourceType *type = scim_make_type(scim_read_resource_type(rows[i].document),
												set->schemas);

		if (type == NULL)
			continue;
		type->version = rows[i].version ? pstrdup(rows[i].version) : NULL;
		type->index = made;
		set->types[made++] = type;
	}
	for (int i = 0; set->schemas[i]; i++)
		scim_set_endpoints((ScimSchema *) set->schemas[i], set->types);
}

static SchemaSet *
read_set(void)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver schema documents",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "scimver schemas",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	SchemaSet  *set = MemoryContextAllocZero(context, sizeof(SchemaSet));
	Row		   *schemas;
	Row		   *types;
	int			schema_count;
	int			type_count;

	schemas_relid = scim_extension_relation("scimver", "scim_schemas");
	types_relid = scim_extension_relation("scimver", "scim_resource_types");
	schemas = read_rows(schemas_relid, "id", &schema_count);
	types = read_rows(types_relid, "name", &type_count);
	MemoryContextSwitchTo(context);
	set->context = context;
	read_schemas(set, schemas, schema_count);
	read_types(set, types, type_count);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	return set;
}

static void
load(void)
{
	for (;;)
	{
		uint64		started = generation;
		SchemaSet  *set = read_set();

		/*
		 * A change that came to be known while we read may have come too late for what was read
		 * first.  (Where debug_discard_caches says so, all is said to have changed all the time.)
		 */
		if (generation == started || debug_discard_caches > 0)
		{
			MemoryContextSetParent(set->context, CacheMemoryContext);
			current = set;
			return;
		}
		MemoryContextDelete(set->context);
	}
}

/* ---- changes ---- */

static void
relation_changed(Oid relid)
{
	if (OidIsValid(relid) && relid != schemas_relid && relid != types_relid)
		return;
	generation++;
	if (current == NULL)
		return;

	/* whoever still holds a part of it does so within this transaction */
	if (TopTransactionContext)
		MemoryContextSetParent(current->context, TopTransactionContext);
	else
		MemoryContextDelete(current->context);
	current = NULL;
	dropped++;
}

uint64
scim_schemas_generation(void)
{
	return dropped;
}

void
scim_init_schemas(void)
{
	scim_hear_of_relations(relation_changed);
}

/* ---- what there is ---- */

const ScimSchema *const *
scim_all_schemas(void)
{
	if (current == NULL)
		load();
	return current->schemas;
}

const ScimResourceType *const *
scim_resource_types(void)
{
	if (current == NULL)
		load();
	return current->types;
}

const ScimResourceType *
scim_resource_type(const char *name)
{
	const ScimResourceType *const *types = scim_resource_types();

	for (int i = 0; types[i]; i++)
	{
		if (pg_strcasecmp(types[i]->name, name) == 0)
			return types[i];
	}
	return NULL;
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
