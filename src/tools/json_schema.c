/*
 * json_schema.c
 *		JSON schemas, put together.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "tools/json_schema.h"

JsonbValue *
scim_schema_of_type(const char *type)
{
	JsonbValue *schema = scim_new_object();

	scim_set_text(schema, "type", type);
	return schema;
}

JsonbValue *
scim_schema_of_array(const JsonbValue *items)
{
	JsonbValue *schema = scim_schema_of_type("array");

	scim_set_value(schema, "items", items);
	return schema;
}

JsonbValue *
scim_schema_of_choices(const JsonbValue *const *choices)
{
	JsonbValue *schema = scim_new_object();
	JsonbValue *array = scim_new_array();

	for (; *choices; choices++)
		scim_append(array, *choices);
	scim_set_value(schema, "anyOf", array);
	return schema;
}

JsonbValue *
scim_schema_of_scalar(void)
{
	return scim_schema_of_any(scim_schema_of_type("string"), scim_schema_of_type("number"),
							  scim_schema_of_type("boolean"));
}

JsonbValue *
scim_schema_of_words(const char *const *words)
{
	JsonbValue *schema = scim_schema_of_type("string");
	JsonbValue *array = scim_new_array();

	for (; *words; words++)
		scim_append_text(array, *words);
	scim_set_value(schema, "enum", array);
	return schema;
}

JsonbValue *
scim_schema_of_object(const JsonbValue *properties, const JsonbValue *required)
{
	JsonbValue *schema = scim_schema_of_type("object");

	scim_set_value(schema, "properties", properties);
	if (required && required->val.array.nElems > 0)
		scim_set_value(schema, "required", required);
	return schema;
}

JsonbValue *
scim_opened_schema(JsonbValue *schema)
{
	scim_set_bool(schema, "additionalProperties", true);
	return schema;
}
