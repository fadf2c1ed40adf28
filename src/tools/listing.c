/*
 * listing.c
 *		scim_tools(): the catalogue as MCP Tool objects.
 *
 * A model pays for every byte of this list in every conversation: names and
 * types at the top level only, what is deeper is in scim_get_schemas.
 */
#include "postgres.h"

#include "core/json_text.h"
#include "core/jsonb_tree.h"
#include "fmgr.h"
#include "store/narrow.h"
#include "tools/catalogue.h"
#include "tools/fit.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(scim_tools);

/* 6,000 tokens of four bytes. */
#define LIST_BYTES 24000

/* What grows with the schemas stands in the list as long as there is room. */
typedef enum Detail
{
	DETAIL_NEITHER,
	DETAIL_ATTRIBUTES,			/* of users and groups */
	DETAIL_TYPES				/* also, in each tool that takes one, the names of all resource types */
} Detail;

static JsonbValue *
schema_of_type(const char *type)
{
	JsonbValue *schema = scim_new_object();

	scim_set_text(schema, "type", type);
	return schema;
}

/* Arrays say what they hold: there are clients that refuse a tool of which one does not. */
static JsonbValue *
schema_of_array(const char *type)
{
	JsonbValue *schema = schema_of_type("array");

	scim_set_value(schema, "items", schema_of_type(type));
	return schema;
}

/* One of several types: there are clients that take no list of types, and none at all for a mistake. */
static JsonbValue *
schema_of_scalar(void)
{
	static const char *const types[] = {"string", "number", "boolean"};
	JsonbValue *schema = scim_new_object();
	JsonbValue *choices = scim_new_array();

	for (int i = 0; i < (int) lengthof(types); i++)
		scim_append(choices, schema_of_type(types[i]));
	scim_set_value(schema, "anyOf", choices);
	return schema;
}

static const char *
json_type(ScimType type)
{
	switch (type)
	{
		case SCIM_COMPLEX:
			return "object";
		case SCIM_BOOLEAN:
			return "boolean";
		case SCIM_INTEGER:
			return "integer";
		case SCIM_DECIMAL:
			return "number";
		default:
			return "string";
	}
}

static JsonbValue *
attribute_schema(const ScimAttribute *attribute)
{
	const char *type = json_type(attribute->type);

	return attribute->multi_valued ? schema_of_array(type) : schema_of_type(type);
}

/* The attributes that a client may write, and which of them it must; "schemas" is filled in where it is missing. */
static void
add_attributes(const ScimAttribute *attributes, JsonbValue *properties, JsonbValue *required)
{
	for (const ScimAttribute *attribute = attributes; attribute->name; attribute++)
	{
		if (attribute->mutability == SCIM_READ_ONLY || scim_same_name("schemas", strlen("schemas"), attribute->name))
			continue;
		scim_set_value(properties, attribute->name, attribute_schema(attribute));
		if (attribute->required)
			scim_append_text(required, attribute->name);
	}
}

/* As the type's table has them. */
static void
add_resource_schema(JsonbValue *schema, const ScimResourceType *whole)
{
	const ScimResourceType *type = scim_narrow_type(whole);
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();

	add_attributes(scim_narrow_common(whole), properties, required);
	add_attributes(type->schema->attributes, properties, required);
	for (int i = 0; type->extensions[i]; i++)
	{
		scim_set_value(properties, type->extensions[i]->urn, schema_of_type("object"));
		if (type->extension_required[i])
			scim_append_text(required, type->extensions[i]->urn);
	}
	scim_set_value(schema, "properties", properties);
	scim_set_value(schema, "required", required);
}

/* Which resource types there are: the tool that describes them says it always. */
static void
name_resource_types(JsonbValue *schema, const ScimTool *tool, Detail detail)
{
	JsonbValue *names = scim_new_array();

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		scim_append_text(names, (*type)->name);
	if (detail == DETAIL_TYPES || tool->pattern->about == ABOUT_NONE)
		scim_set_value(schema, "enum", names);
	else
		scim_set_text(schema, "description", "As scim_get_schemas has them");
}

/* A resource of a type that the call names is any object. */
static JsonbValue *
resource_schema(const ScimResourceType *type, Detail detail)
{
	JsonbValue *schema = schema_of_type("object");

	if (type && detail >= DETAIL_ATTRIBUTES)
		add_resource_schema(schema, type);
	return schema;
}

static JsonbValue *
parameter_schema(const ScimTool *tool, const ScimResourceType *type, ScimParameterId id, Detail detail)
{
	const ScimParameter *parameter = scim_parameter(id);
	JsonbValue *schema = NULL;

	switch (parameter->kind)
	{
		case ARGUMENT_TEXT:
		case ARGUMENT_VERSION:
			schema = schema_of_type("string");
			break;
		case ARGUMENT_INTEGER:
			schema = schema_of_type("integer");
			if (parameter->minimum)
				scim_set_integer(schema, "minimum", parameter->minimum);
			break;
		case ARGUMENT_BOOLEAN:
			schema = schema_of_type("boolean");
			break;
		case ARGUMENT_TEXTS:
			schema = schema_of_array("string");
			break;
		case ARGUMENT_NEW_RESOURCE:
			schema = resource_schema(type, detail);
			break;
		case ARGUMENT_RESOURCE:
			schema = schema_of_type("object");
			break;
		case ARGUMENT_OPERATIONS:
			schema = schema_of_array("object");
			break;
		case ARGUMENT_SCALAR:
			schema = schema_of_scalar();
			break;
	}
	if (id == PARAM_RESOURCE_TYPE)
		name_resource_types(schema, tool, detail);
	if (parameter->description)
		scim_set_text(schema, "description", scim_tool_text(parameter->description, tool->subject));
	return schema;
}

static JsonbValue *
input_schema(const ScimTool *tool, Detail detail)
{
	const ScimResourceType *type = tool->subject->type ? scim_resource_type(tool->subject->type) : NULL;
	JsonbValue *schema = schema_of_type("object");
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();

	for (int id = 0; id < SCIM_PARAMETERS; id++)
	{
		if (!tool->parameters[id])
			continue;
		scim_set_value(properties, tool->parameters[id], parameter_schema(tool, type, id, detail));
		if (tool->required & PARAM_BIT(id))
			scim_append_text(required, tool->parameters[id]);
	}
	scim_set_value(schema, "properties", properties);
	if (required->val.array.nElems > 0)
		scim_set_value(schema, "required", required);
	return schema;
}

/* One shape for successes and failures of every tool: clients check failures against it too. */
static JsonbValue *
output_schema(void)
{
	JsonbValue *schema = schema_of_type("object");
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();

	scim_set_value(properties, "success", schema_of_type("boolean"));
	scim_set_value(properties, "content", schema_of_type("object"));
	scim_set_value(properties, "metadata", schema_of_type("object"));
	scim_append_text(required, "success");
	scim_append_text(required, "content");
	scim_append_text(required, "metadata");
	scim_set_value(schema, "properties", properties);
	scim_set_value(schema, "required", required);
	return schema;
}

static JsonbValue *
annotations(const ScimToolPattern *pattern)
{
	JsonbValue *object = scim_new_object();

	scim_set_bool(object, "readOnlyHint", pattern->read_only);
	scim_set_bool(object, "destructiveHint", pattern->destructive);
	scim_set_bool(object, "idempotentHint", pattern->idempotent);
	scim_set_bool(object, "openWorldHint", false);
	return object;
}

static JsonbValue *
list_tools(Detail detail)
{
	JsonbValue *list = scim_new_array();
	int			count;
	const ScimTool *tools = scim_all_tools(&count);

	for (int i = 0; i < count; i++)
	{
		const ScimTool *tool = &tools[i];
		JsonbValue *object;

		if (!scim_tool_is_offered(tool))
			continue;
		object = scim_new_object();
		scim_set_text(object, "name", tool->name);
		scim_set_text(object, "title", scim_tool_text(tool->pattern->title, tool->subject));
		scim_set_text(object, "description", scim_tool_text(tool->pattern->description, tool->subject));
		scim_set_value(object, "inputSchema", input_schema(tool, detail));
		scim_set_value(object, "outputSchema", output_schema());
		scim_set_value(object, "annotations", annotations(tool->pattern));
		scim_append(list, object);
	}
	return list;
}

Datum
scim_tools(PG_FUNCTION_ARGS)
{
	JsonbValue *list = list_tools(DETAIL_TYPES);

	for (int detail = DETAIL_TYPES - 1; detail >= DETAIL_NEITHER && scim_json_size(list) > LIST_BYTES; detail--)
		list = list_tools(detail);
	PG_RETURN_JSONB_P(scim_write(list));
}
