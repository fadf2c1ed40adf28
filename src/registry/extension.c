/*
 * extension.c
 *		Where an extension's objects are: found by the extension, never by the
 *		caller's search_path.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "registry/extension.h"
#include "registry/relation_changes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Where an extension is, and what it is itself. */
typedef struct Place
{
	Oid			extension;
	Oid			namespace;
} Place;

static Place
find_place(const char *extension)
{
	Relation	catalog = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Place		result = {InvalidOid, InvalidOid};

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(extension));
	scan = systable_beginscan(catalog, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		result.extension = ((Form_pg_extension) GETSTRUCT(tuple))->oid;
		result.namespace = ((Form_pg_extension) GETSTRUCT(tuple))->extnamespace;
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	if (!OidIsValid(result.namespace))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"%s\" is not installed", extension),
				 errhint("Install it with CREATE EXTENSION %s CASCADE.", extension)));
	return result;
}

/* scimver's own, which it never leaves: until a relation changes, as all do that go with it. */
static Place known;

static void
relation_changed(Oid relid)
{
	known.namespace = InvalidOid;
}

static Place
own_place(void)
{
	uint64		started;
	Place		found;

	if (likely(OidIsValid(known.namespace)))
		return known;
	scim_hear_of_relations(relation_changed);
	started = scim_relation_changes();
	found = find_place("scimver");
	/* what changed meanwhile is looked for again the next time */
	if (started == scim_relation_changes())
		known = found;
	return found;
}

Oid
scim_extension_oid(void)
{
	return own_place().extension;
}

Oid
scim_extension_namespace(const char *extension)
{
	return strcmp(extension, "scimver") == 0 ? own_place().namespace
		: find_place(extension).namespace;
}

char *
scim_extension_schema(const char *extension)
{
	char	   *name = get_namespace_name(scim_extension_namespace(extension));

	if (name == NULL)
		elog(ERROR, "the schema of extension \"%s\" is gone", extension);
	return pstrdup(quote_identifier(name));
}

Oid
scim_extension_relation(const char *extension, const char *name)
{
	Oid			relation = get_relname_relid(name, scim_extension_namespace(extension));

	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table \"%s\" of extension \"%s\" does not exist", name, extension)));
	return relation;
}

Oid
scim_find_extension_function(const char *extension, const char *name, int nargs, const Oid *types)
{
	oidvector  *arguments = buildoidvector(types, nargs);

	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
						   PointerGetDatum(arguments),
						   ObjectIdGetDatum(scim_extension_namespace(extension)));
}

Oid
scim_extension_function(const char *extension, const char *name, int nargs, const Oid *types)
{
	Oid			function = scim_find_extension_function(extension, name, nargs, types);

	if (!OidIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function \"%s\" of extension \"%s\" does not exist", name, extension)));
	return function;
}
