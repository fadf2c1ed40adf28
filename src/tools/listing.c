/*
 * listing.c
 *		What scim_tools() lists: the catalogue as MCP Tool objects.
 *
 * A model pays for every byte of this list in every conversation: names and
 * types only, the rest is in scim_get_schemas.  Every property has one type, or
 * a choice of such; every array says what it holds, and every object what is in
 * it: where one of them does not, there are clients that lose all tools.
 */
#include "postgres.h"

#include "admin/narrow.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "tools/json_schema.h"
#include "tools/listing.h"
#include "tools/named_tools.h"
#include "tools/offered.h"
#include "tools/toolset.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

/*
 * What grows with the schemas stands in the list as long as there is room: what is shown
 * to a model (name, description and inputSchema) takes no more than the set's budget.
 */
typedef enum Detail
{
	DETAIL_ANY,					/* what all resources have; not which types there are */
	DETAIL_REQUIRED,			/* of users and groups what a client must send, and in it what that
								 * requires */
	DETAIL_ONCE,				/* all attributes, and in them what they require, where one is
								 * made; else as above */
	DETAIL_TOP,					/* that wherever one is sent */
	DETAIL_ATTRIBUTES,			/* all attributes and sub-attributes */
	DETAIL_TYPES				/* also, in each tool that takes one, the names of all resource
								 * types */
} Detail;

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

static JsonbValue *attribute_schema(const ScimAttribute *attribute, Detail detail);

static const ScimAttribute *first_shown(const ScimAttribute *attributes);

/*
 * A client may write it, or something in it.  Programs that look for references
 * take a property of the name "$ref" for one.
 */
static bool
is_shown(const ScimAttribute *attribute)
{
	return attribute->mutability != SCIM_READ_ONLY && strcmp(attribute->name, "$ref") != 0 &&
		(attribute->type != SCIM_COMPLEX || first_shown(attribute->sub));
}

static const ScimAttribute *
first_shown(const ScimAttribute *attributes)
{
	while (attributes && attributes->name && !is_shown(attributes))
		attributes++;
	return attributes && attributes->name ? attributes : NULL;
}

/*
 * The attributes that a client may write (or only those that it must), and
 * which of them it must; "schemas" is filled in where it is missing.
 */
static void
add_attributes(const ScimAttribute *attributes, bool all, Detail detail, JsonbValue *properties,
			   JsonbValue *required)
{
	for (const ScimAttribute *attribute = attributes; attribute->name; attribute++)
	{
		if (!is_shown(attribute) || scim_same_name("schemas", strlen("schemas"), attribute->name) ||
			!(all || attribute->required))
			continue;
		scim_set_value(properties, attribute->name, attribute_schema(attribute, detail));
		if (attribute->required)
			scim_append_text(required, attribute->name);
	}
}

/* What is in an object that has these attributes, some of which are shown: never nothing. */
static JsonbValue *
parts_schema(const ScimAttribute *attributes, Detail detail)
{
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();
	const ScimAttribute *first = first_shown(attributes);

	add_attributes(attributes, detail >= DETAIL_ATTRIBUTES, detail, properties, required);
	if (properties->val.object.nPairs == 0)
		scim_set_value(properties, first->name, attribute_schema(first, detail));
	return scim_opened_schema(scim_schema_of_object(properties, required));
}

static JsonbValue *
attribute_schema(const ScimAttribute *attribute, Detail detail)
{
	JsonbValue *schema = attribute->type == SCIM_COMPLEX ? parts_schema(attribute->sub, detail) :
		scim_schema_of_type(json_type (attribute->type));

	return attribute->multi_valued ? scim_schema_of_array(schema) : schema;
}

/* One of a type that the call names has at least what all have (RFC 7643 section 3.1). */
static JsonbValue *
any_resource_schema(void)
{
	JsonbValue *properties = scim_new_object();

	scim_set_value(properties, "schemas", scim_schema_of_array(scim_schema_of_type("string")));
	scim_set_value(properties, "externalId", scim_schema_of_type("string"));
	return scim_opened_schema(scim_schema_of_object(properties, NULL));
}

/* A resource as the type's table has it. */
static JsonbValue *
typed_resource_schema(const ScimResourceType *whole, Detail detail)
{
	const ScimResourceType *type = scim_narrow_type(whole);
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();
	bool		all = detail > DETAIL_REQUIRED;

	add_attributes(scim_narrow_common(whole), all, detail, properties, required);
	add_attributes(type->schema->attributes, all, detail, properties, required);
	for (int i = 0; type->extensions[i]; i++)
	{
		if (!first_shown(type->extensions[i]->attributes) || !(all || type->extension_required[i]))
			continue;
		scim_set_value(properties, type->extensions[i]->urn,
					   parts_schema(type->extensions[i]->attributes, detail));
		if (type->extension_required[i])
			scim_append_text(required, type->extensions[i]->urn);
	}
	if (properties->val.object.nPairs == 0)
		return any_resource_schema();
	return scim_opened_schema(scim_schema_of_object(properties, required));
}

/* A value of an attribute that has several: what many of them have (RFC 7643 section 2.4). */
static JsonbValue *
element_schema(void)
{
	JsonbValue *properties = scim_new_object();

	scim_set_value(properties, "value", scim_schema_of_type("string"));
	scim_set_value(properties, "type", scim_schema_of_type("string"));
	return scim_opened_schema(scim_schema_of_object(properties, NULL));
}

/*
 * RFC 7644 section 3.5.2.  What an attribute may be, the value may be; that it may be an
 * object is said in words, as there are clients that make of a choice with one object in
 * it that object alone, and then refuse a string.
 */
static JsonbValue *
operation_schema(void)
{
	static const char *const ops[] = {"add", "replace", "remove", NULL};
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();
	const JsonbValue *elements =
	scim_schema_of_array(scim_schema_of_any(scim_schema_of_type("string"), element_schema()));
	JsonbValue *value =
	scim_schema_of_any(scim_schema_of_type("string"), scim_schema_of_type("number"),
					   scim_schema_of_type("boolean"), elements);

	scim_set_value(properties, "op", scim_schema_of_words(ops));
	scim_set_value(properties, "path", scim_schema_of_type("string"));
	scim_set_text(value, "description", "Or an object");
	scim_set_value(properties, "value", value);
	scim_append_text(required, "op");
	return scim_schema_of_object(properties, required);
}

/* RFC 7644 section 3.7.  What data holds follows method and path: what all resources may have. */
static JsonbValue *
bulk_operation_schema(void)
{
	static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", NULL};
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();
	JsonbValue *data = scim_new_object();

	scim_set_value(data, "externalId", scim_schema_of_type("string"));
	scim_set_value(properties, "method", scim_schema_of_words(methods));
	scim_set_value(properties, "path", scim_schema_of_type("string"));
	scim_set_value(properties, "bulkId", scim_schema_of_type("string"));
	scim_set_value(properties, "version", scim_schema_of_type("string"));
	scim_set_value(properties, "data", scim_opened_schema(scim_schema_of_object(data, NULL)));
	scim_append_text(required, "method");
	scim_append_text(required, "path");
	return scim_schema_of_object(properties, required);
}

/* What is proposed of a resource as a whole. */
static JsonbValue *
whole_schema(void)
{
	JsonbValue *properties = scim_new_object();

	scim_set_value(properties, "create", any_resource_schema());
	scim_set_value(properties, "delete", scim_schema_of_type("boolean"));
	return scim_schema_of_object(properties, NULL);
}

/* A resource of a checkpoint, or of what became of one; without a version: it was not there. */
static JsonbValue *
seen_schema(void)
{
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();

	scim_set_value(properties, "resource_type", scim_schema_of_type("string"));
	scim_set_value(properties, "id", scim_schema_of_type("string"));
	scim_set_value(properties, "version", scim_schema_of_type("string"));
	scim_append_text(required, "resource_type");
	scim_append_text(required, "id");
	return scim_opened_schema(scim_schema_of_object(properties, required));
}

/* For any path a word: one stands there as an example, as an object must have a property. */
static JsonbValue *
rules_schema(const ScimTool *tool, const char *const *words)
{
	JsonbValue *properties = scim_new_object();
	const JsonbValue *word = scim_schema_of_words(words);

	scim_set_value(properties, scim_tool_text("{path}", tool->subject), word);
	return scim_opened_schema(scim_schema_of_object(properties, NULL));
}

/* But for tools that the caller has not. */
static void
set_description(JsonbValue *schema, const char *text)
{
	const char *known = scim_fit_to_tools(text);

	if (known)
		scim_set_text(schema, "description", known);
}

#define AS_SCHEMAS "As scim_get_schemas has them"

/*
 * Which resource types there are: the tool that describes them says it as long as there is
 * room; where the caller has not got that one, each that takes one.
 */
static void
name_resource_types(JsonbValue *schema, const ScimTool *tool, Detail detail)
{
	JsonbValue *names = scim_new_array();

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		scim_append_text(names, (*type)->name);
	if (detail == DETAIL_TYPES ||
		(detail > DETAIL_ANY &&
		 (tool->pattern->about == ABOUT_NONE || !scim_has_named_tools(AS_SCHEMAS))))
		scim_set_value(schema, "enum", names);
	else
		set_description(schema, AS_SCHEMAS);
}

static JsonbValue *
parameter_schema(const ScimTool *tool, const ScimResourceType *type, ScimParameterId id,
				 Detail detail)
{
	const ScimParameter *parameter = &scim_parameters[id];
	JsonbValue *schema = NULL;

	switch (parameter->kind)
	{
		case ARGUMENT_TEXT:
		case ARGUMENT_VERSION:
		case ARGUMENT_UUID:
		case ARGUMENT_UUIDS:
		case ARGUMENT_KEY:
			schema = scim_schema_of_type("string");
			break;
		case ARGUMENT_INTEGER:
			schema = scim_schema_of_type("integer");
			if (parameter->minimum)
				scim_set_integer(schema, "minimum", parameter->minimum);
			break;
		case ARGUMENT_BOOLEAN:
			schema = scim_schema_of_type("boolean");
			break;
		case ARGUMENT_WORD:
			schema = scim_schema_of_words(parameter->words);
			break;
		case ARGUMENT_TEXTS:
			schema = scim_schema_of_array(scim_schema_of_type("string"));
			break;
		case ARGUMENT_RESOURCE:
			if (detail == DETAIL_ONCE && id != PARAM_NEW)
				detail = DETAIL_REQUIRED;
			schema = type && detail > DETAIL_ANY ? typed_resource_schema(type, detail)
				: any_resource_schema();
			break;
		case ARGUMENT_OPERATIONS:
			schema = scim_schema_of_array(operation_schema());
			break;
		case ARGUMENT_PROPOSED:
			schema = scim_schema_of_any(scim_schema_of_array(operation_schema()), whole_schema());
			break;
		case ARGUMENT_BULK:
			schema = scim_schema_of_array(bulk_operation_schema());
			break;
		case ARGUMENT_SEEN:
			schema = scim_schema_of_array(seen_schema());
			break;
		case ARGUMENT_RULES:
			schema = rules_schema(tool, parameter->words);
			break;
		case ARGUMENT_SCALAR:
			schema = scim_schema_of_scalar();
			break;
	}
	if (id == PARAM_RESOURCE_TYPE)
		name_resource_types(schema, tool, detail);
	if (parameter->description)
		set_description(schema, scim_tool_text(parameter->description, tool->subject));
	return schema;
}

static bool
is_required(const ScimTool *tool, int id)
{
	return tool->required[id] ||
		(id == PARAM_EXPECTED_VERSION && scim_tool_requires_version(tool));
}

static JsonbValue *
input_schema(const ScimTool *tool, Detail detail)
{
	const ScimResourceType *type = tool->subject->type ? scim_resource_type(tool->subject->type)
	: NULL;
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();

	for (int id = 0; id < SCIM_PARAMETERS; id++)
	{
		if (!scim_tool_shows(tool, id))
			continue;
		scim_set_value(properties, tool->parameters[id], parameter_schema(tool, type, id, detail));
		if (is_required(tool, id))
			scim_append_text(required, tool->parameters[id]);
	}
	return scim_schema_of_object(properties, required);
}

/*
 * One shape for successes and failures of every tool: clients check failures
 * against it too.  Not what is in content and metadata: there are clients that
 * hand on what is listed, and nothing else.
 */
static JsonbValue *
output_schema(void)
{
	JsonbValue *properties = scim_new_object();
	JsonbValue *required = scim_new_array();

	scim_set_value(properties, "success", scim_schema_of_type("boolean"));
	scim_set_value(properties, "metadata", scim_opened_schema(scim_schema_of_type("object")));
	scim_set_value(properties, "content", scim_opened_schema(scim_schema_of_type("object")));
	scim_append_text(required, "success");
	scim_append_text(required, "metadata");
	scim_append_text(required, "content");
	return scim_schema_of_object(properties, required);
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

/* In the description, for there are clients that show a model nothing else. */
#define MERGE_RULE \
	"Read it first and pass its _version as expected_version; on VERSION_MISMATCH nothing was " \
	"written: if merge is clean repeat with on_conflict merge, else merge into current and retry " \
	"with current_version."

/* What it does and, of one that takes expected_version, how not to overwrite others. */
static const char *
description_of(const ScimTool *tool)
{
	const ScimToolPattern *pattern = tool->pattern;
	const char *rule = !tool->parameters[PARAM_EXPECTED_VERSION] ? NULL
	: pattern->rule ? pattern->rule
	: MERGE_RULE;

	return scim_fit_to_tools(scim_tool_text(psprintf("%s%s%s", pattern->description,
													 rule ? " " : "", rule ? rule : ""),
											tool->subject));
}

/* What a model is shown of a tool. */
static void
describe_to_model(const ScimTool *tool, Detail detail, JsonbValue *object)
{
	scim_set_text(object, "name", tool->name);
	scim_set_text(object, "description", description_of(tool));
	scim_set_value(object, "inputSchema", input_schema(tool, detail));
}

/* The list, and whether it is as small as it has to be. */
static JsonbValue *
list_tools(Detail detail, bool *fits)
{
	JsonbValue *list = scim_new_array();
	int			count;
	const ScimTool *tools = scim_all_tools(&count);
	int64		shown = 0;

	for (int i = 0; i < count; i++)
	{
		const ScimTool *tool = &tools[i];
		JsonbValue *object;

		if (!scim_tool_is_offered(tool))
			continue;
		object = scim_new_object();
		describe_to_model(tool, detail, object);
		shown += scim_json_size(object);
		scim_set_text(object, "title", scim_tool_text(tool->pattern->title, tool->subject));
		scim_set_value(object, "outputSchema", output_schema());
		scim_set_value(object, "annotations", annotations(tool->pattern));
		scim_append(list, object);
	}
	*fits = shown <= scim_toolset_budget();
	return list;
}

Jsonb *
scim_make_list(void)
{
	bool		fits;
	JsonbValue *list;

	scim_check_toolset();
	list = list_tools(DETAIL_TYPES, &fits);
	for (int detail = DETAIL_TYPES - 1; detail >= DETAIL_ANY && !fits; detail--)
		list = list_tools(detail, &fits);
	return scim_write(list);
}
