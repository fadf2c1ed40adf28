/*
 * mapping_error.c
 *		INVALID_MAPPING, and what of mappings and columns raises it.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_attribute.h"
#include "registry/mapping_error.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

void
scim_bad_mapping(Relation relation, const char *column, const char *format, ...)
{
	ScimError  *error = scim_error(SCIM_INVALID_MAPPING);
	va_list		args;
	char	   *why;

	va_start(args, format);
	why = scim_format_error(format, &args);
	va_end(args);
	scim_error_text(error, "relation", RelationGetRelationName(relation));
	if (column == NULL)
		scim_throw(error, "%-s", why);
	scim_error_text(error, "column", column);
	scim_throw(error, "column \"%s\" of table \"%s\" %-s", column,
			   RelationGetRelationName(relation), why);
}

Jsonb *
scim_parse_object(const char *text, const char *what)
{
	Jsonb	   *jsonb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));

	if (!JB_ROOT_IS_OBJECT(jsonb))
		scim_throw(scim_error(SCIM_INVALID_MAPPING), "%s must be an object", what);
	return jsonb;
}

char *
scim_jsonb_text(const JsonbValue *tree)
{
	Jsonb	   *written = scim_write(tree);

	return JsonbToCString(NULL, &written->root, VARSIZE(written));
}

const FormData_pg_attribute *
scim_mapped_attribute(Relation relation, const char *column)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), column);

	if (number == InvalidAttrNumber)
		scim_bad_mapping(relation, column, "does not exist");
	if (number < 0)
		scim_bad_mapping(relation, column, "is one of the server's own");
	return TupleDescAttr(RelationGetDescr(relation), number - 1);
}

AttrNumber
scim_check_column(Relation relation, const char *name, Oid type)
{
	const FormData_pg_attribute *attribute = scim_mapped_attribute(relation, name);

	if (attribute->atttypid != type)
		scim_bad_mapping(relation, name, "must be of type %s", format_type_be(type));
	return attribute->attnum;
}

void
scim_check_written(Relation relation, const FormData_pg_attribute *attribute, bool is_id,
				   bool has_mode)
{
	const char *way_out = has_mode ? ": it can be mapped with \"mode\": \"read\" only" : "";

	if (attribute->attgenerated)
		scim_bad_mapping(relation, NameStr(attribute->attname),
						 "is a generated one, which is made after the trigger has seen the row%s",
						 way_out);
	if (attribute->attidentity && !is_id)
		scim_bad_mapping(relation, NameStr(attribute->attname), "is an identity column%s", way_out);
}
