/*
 * joined_attribute.c
 *		An attribute of a row as it is read, in SQL: what filters and sorting ask
 *		where elements are made of several columns, and of the document.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "core/filter.h"
#include "core/filter_path.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "resource/mapped.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(scim_joined_attribute);

static const ScimRegistration *
find_mapped(Oid relid)
{
	const ScimRegistration *registration = scim_find_table_by_relid(relid);
	ScimError  *error;

	if (registration && !registration->storage->created)
		return registration;
	error = scim_error(SCIM_UNREGISTERED_RELATION);
	scim_error_text(error, "relation", get_rel_name(relid));
	scim_throw(error, "table \"%s\" is not registered with columns for attributes",
			   get_rel_name(relid));
}

/* Anybody may call with anything: what has a value must be of the column's type. */
static void
check_record(const ScimRegistration *registration, TupleDesc descriptor, const bool *nulls)
{
	bool		fits = descriptor->natts == registration->mapped_count + 1;

	for (int i = 0; fits && i < descriptor->natts; i++)
	{
		Oid			expected = i == 0 ? JSONBOID : registration->mapped[i - 1].base_type;
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		fits = !attribute->attisdropped &&
			(nulls[i] || getBaseType(attribute->atttypid) == expected);
	}
	if (!fits)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("the record has not the document and the columns of table %s in the "
							   "order of its mapping",
							   registration->table)));
}

/* The content in the record, with what is only shown. */
static JsonbValue *
read_record(const ScimRegistration *registration, HeapTupleHeader record)
{
	TupleDesc	descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(record),
													HeapTupleHeaderGetTypMod(record));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(record), .t_data = record};
	Datum	   *values = palloc(descriptor->natts * sizeof(Datum));
	bool	   *nulls = palloc(descriptor->natts * sizeof(bool));
	ScimColumnValues columns = {values + 1, nulls + 1};
	Jsonb	   *data = NULL;
	JsonbValue	document;
	JsonbValue *tree;

	heap_deform_tuple(&tuple, descriptor, values, nulls);
	check_record(registration, descriptor, nulls);
	if (!nulls[0])
		data = DatumGetJsonbP(values[0]);
	if (data && !JB_ROOT_IS_OBJECT(data))
		data = NULL;
	scim_root(scim_join_columns(registration, data, &columns), &document);
	tree = scim_open(&document);
	scim_show_columns(registration, tree, &columns);
	ReleaseTupleDesc(descriptor);
	return tree;
}

static JsonbValue *
member(JsonbValue *object, const char *name)
{
	return object && scim_is_object(object) ? scim_get(scim_open(object), name, strlen(name))
		: NULL;
}

/*
 * scim_joined_attribute(relation regclass, attribute text, content record) ->
 * jsonb: "content" is ROW(...) of the document (NULL where the table has none)
 * and of the mapped columns in the order of the stored mapping.  The attribute
 * as it is read, NULL if it has no value; what the attribute does not need may
 * be NULL.  Errors: NOT_REGISTERED, INVALID_PATH, and 42804 for another record.
 */
Datum
scim_joined_attribute(PG_FUNCTION_ARGS)
{
	const ScimRegistration *registration = find_mapped(PG_GETARG_OID(0));
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	JsonbValue *object = read_record(registration, PG_GETARG_HEAPTUPLEHEADER(2));
	JsonbValue *value;
	ScimPath	path;

	scim_resolve_path(registration->type, &scim_strict_rules, name, strlen(name), &path);
	if (path.attribute == NULL || path.sub || path.filter)
		scim_throw_path(SCIM_INVALID_PATH, name, "%s is no attribute", name);
	if (path.extension)
		object = member(object, path.extension->urn);
	value = member(object, path.attribute->name);
	if (value == NULL || scim_is_unassigned(value) ||
		(path.attribute->multi_valued && !scim_is_array(value)))
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(scim_write(value));
}
