/*
 * type.c
 *		What columns' types store: found out once.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "column/type.h"
#include "commands/extension.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

static const struct
{
	Oid			type;
	ScimValueStorage storage;
}			storages[] = {
	{TEXTOID, SCIM_STORAGE_TEXT},
	{VARCHAROID, SCIM_STORAGE_TEXT},
	{BPCHAROID, SCIM_STORAGE_CHAR},
	{NAMEOID, SCIM_STORAGE_NAME},
	{BOOLOID, SCIM_STORAGE_BOOLEAN},
	{INT2OID, SCIM_STORAGE_INTEGER},
	{INT4OID, SCIM_STORAGE_INTEGER},
	{INT8OID, SCIM_STORAGE_INTEGER},
	{NUMERICOID, SCIM_STORAGE_NUMERIC},
	{FLOAT4OID, SCIM_STORAGE_FLOAT},
	{FLOAT8OID, SCIM_STORAGE_FLOAT},
	{DATEOID, SCIM_STORAGE_DATE},
	{TIMESTAMPOID, SCIM_STORAGE_TIMESTAMP},
	{TIMESTAMPTZOID, SCIM_STORAGE_TIMESTAMPTZ},
	{UUIDOID, SCIM_STORAGE_UUID},
	{INETOID, SCIM_STORAGE_ADDRESS},
	{CIDROID, SCIM_STORAGE_ADDRESS},
	{BYTEAOID, SCIM_STORAGE_BYTES},
	{JSONOID, SCIM_STORAGE_JSON},
	{JSONBOID, SCIM_STORAGE_JSONB},
};

/* citext is text in memory; wherever its extension was put. */
static bool
is_citext(Oid type)
{
	Oid			extension = getExtensionOfObject(TypeRelationId, type);
	char	   *name = OidIsValid(extension) ? get_extension_name(extension) : NULL;
	HeapTuple	tuple;
	bool		found;

	if (name == NULL || strcmp(name, "citext") != 0)
		return false;
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	found = HeapTupleIsValid(tuple) &&
		strcmp(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname), "citext") == 0;
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return found;
}

static ScimValueStorage
storage_of(Oid type)
{
	for (size_t i = 0; i < lengthof(storages); i++)
	{
		if (storages[i].type == type)
			return storages[i].storage;
	}
	if (get_typtype(type) == TYPTYPE_ENUM)
		return SCIM_STORAGE_ENUM;
	return is_citext(type) ? SCIM_STORAGE_TEXT : SCIM_STORAGE_OTHER;
}

/*
 * The type under a domain, and its typmod; *not_null: the domain, or one that
 * it is made of, takes no NULL.
 */
static Oid
undress(Oid type, int32 *typmod, bool *not_null)
{
	for (;;)
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
		Form_pg_type form;
		Oid			base;

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for type %u", type);
		form = (Form_pg_type) GETSTRUCT(tuple);
		base = form->typtype == TYPTYPE_DOMAIN ? form->typbasetype : InvalidOid;
		if (OidIsValid(base))
		{
			*not_null |= form->typnotnull;
			*typmod = form->typtypmod;
		}
		ReleaseSysCache(tuple);
		if (!OidIsValid(base))
			return type;
		type = base;
	}
}

bool
scim_is_not_null_domain(Oid type)
{
	int32		typmod = -1;
	bool		not_null = false;

	(void) undress(type, &typmod, &not_null);
	return not_null;
}

void
scim_find_value_type(Oid type, int32 typmod, ScimValueType *result)
{
	ScimValueType found = {.declared = type, .typmod = typmod};
	bool		unused = false;
	Oid			element;

	found.type = undress(type, &found.typmod, &found.not_null);
	element = get_base_element_type(found.type);
	if (OidIsValid(element))
	{
		found.is_array = true;
		found.declared = element;
		found.type = undress(element, &found.typmod, &unused);
	}
	get_typlenbyvalalign(found.type, &found.length, &found.by_value, &found.align);
	found.storage = storage_of(found.type);
	*result = found;
}
