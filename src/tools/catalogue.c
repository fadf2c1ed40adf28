/*
 * catalogue.c
 *		The table of tools.
 *
 * A new tool is a new row and a handler; its place in the list, its argument
 * checks and its JSON schemas follow from the row.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "lib/stringinfo.h"
#include "tools/catalogue.h"
#include "tools/handlers.h"
#include "utils/memutils.h"

static const ScimParameter parameters[SCIM_PARAMETERS] = {
	[PARAM_DATA] = {"{one}_data", ARGUMENT_RESOURCE, 0,
	"The {one}'s attributes; scim_get_schemas has the details"},
	[PARAM_ID] = {"{one}_id", ARGUMENT_TEXT, 0,
	"The {one}'s id (a UUID)"},
	[PARAM_OPERATIONS] = {"operations", ARGUMENT_OPERATIONS, 0,
	"Applied in order, all or none"},
	[PARAM_EXPECTED_VERSION] = {"expected_version", ARGUMENT_VERSION, 0,
	"The _version you read, unquoted as it is. The call succeeds only while the {one} still has it; without it, whatever is there is overwritten"},
	[PARAM_ATTRIBUTE] = {"attribute", ARGUMENT_TEXT, 0,
	"One of: {searchable}"},
	[PARAM_VALUE] = {"value", ARGUMENT_ANY, 0,
	"What the attribute equals: a string, or true or false"},
	[PARAM_START_INDEX] = {"start_index", ARGUMENT_INTEGER, 1,
	"The first result wanted, counted from 1 (default 1)"},
	[PARAM_COUNT] = {"count", ARGUMENT_INTEGER, 0,
	"How many at most (default 20); 0 only counts"},
	[PARAM_RESOURCE_TYPE] = {"resource_type", ARGUMENT_TEXT, 0,
	"Only the schemas of this type"},
	[PARAM_TENANT_ID] = {"tenant_id", ARGUMENT_TEXT, 0,
	"The tenant to work in; normally left out"},
};

#define ID		PARAM_BIT(PARAM_ID)
#define DATA	PARAM_BIT(PARAM_DATA)
#define VERSION	PARAM_BIT(PARAM_EXPECTED_VERSION)
#define TENANT	PARAM_BIT(PARAM_TENANT_ID)
#define PAGE	(PARAM_BIT(PARAM_START_INDEX) | PARAM_BIT(PARAM_COUNT))

static const ScimToolPattern patterns[] = {
	{
		.name = "scim_create_{one}",
		.title = "Create a {one}",
		.description = "Create a {one}. Returns it as stored, with the id and the _version that later calls need. "
		"Creates a new one at each call, unless a unique attribute is taken (UNIQUENESS).",
		.required = DATA,
		.optional = TENANT,
		.run = scim_run_create,
	},
	{
		.name = "scim_get_{one}",
		.title = "Read a {one}",
		.description = "Read one {one} by id, with all attributes, meta and _version.",
		.required = ID,
		.optional = TENANT,
		.read_only = true,
		.idempotent = true,
		.run = scim_run_get,
	},
	{
		.name = "scim_update_{one}",
		.title = "Replace a {one}",
		.description = "Replace a {one} as a whole: send all attributes that it shall have. What you leave out is cleared, "
		"except {kept}. The {one} as you read it, changed, is the right thing to send; id, meta and "
		"_version in it are ignored. For single attributes use scim_patch_{one}.",
		.required = ID | DATA,
		.optional = VERSION | TENANT,
		.destructive = true,
		.idempotent = true,
		.run = scim_run_update,
	},
	{
		.name = "scim_patch_{one}",
		.title = "Change parts of a {one}",
		.description = "Change parts of a {one}; what no operation names stays. An operation has op (add, replace or remove), "
		"path (an attribute, attribute.sub, or extension URN:attribute) and value, for example {example}.",
		.required = ID | PARAM_BIT(PARAM_OPERATIONS),
		.optional = VERSION | TENANT,
		.destructive = true,
		.run = scim_run_patch,
	},
	{
		.name = "scim_delete_{one}",
		.title = "Delete a {one}",
		.description = "Delete a {one} for good; it also leaves all groups that it is in. Returns the version that was deleted.",
		.required = ID,
		.optional = VERSION | TENANT,
		.destructive = true,
		.idempotent = true,
		.run = scim_run_delete,
	},
	{
		.name = "scim_list_{many}",
		.title = "List {many}",
		.description = "List {many} page by page, in a stable order; totalResults is the exact number of all. "
		"While metadata has next_start_index, more follow.",
		.optional = PAGE | TENANT,
		.read_only = true,
		.idempotent = true,
		.run = scim_run_list,
	},
	{
		.name = "scim_search_{many}",
		.title = "Search {many}",
		.description = "Find {many} of which one attribute equals a value; whether case counts is as the schema says. "
		"The answer is paged as in scim_list_{many}.",
		.required = PARAM_BIT(PARAM_ATTRIBUTE) | PARAM_BIT(PARAM_VALUE),
		.optional = PAGE | TENANT,
		.read_only = true,
		.idempotent = true,
		.run = scim_run_list,
	},
	{
		.name = "scim_{one}_exists",
		.title = "Does a {one} exist?",
		.description = "Tells whether there is a {one} with this id; false is an answer, not an error.",
		.required = ID,
		.optional = TENANT,
		.read_only = true,
		.idempotent = true,
		.run = scim_run_exists,
	},
	{
		.name = "scim_get_schemas",
		.title = "Read the schemas",
		.description = "The resource types and their schemas: each attribute with its type, whether it is required, unique, "
		"multi-valued, and whether clients may write it. Read it before you write attributes that you do not know.",
		.optional = PARAM_BIT(PARAM_RESOURCE_TYPE),
		.read_only = true,
		.idempotent = true,
		.run = scim_run_get_schemas,
	},
	{
		.name = "scim_server_info",
		.title = "About this server",
		.description = "What this server is and can do: its version, the tenant you work in, resource types, features and limits.",
		.read_only = true,
		.idempotent = true,
		.run = scim_run_server_info,
	},
};

/* What can be searched by, where the resource type has it (see scim_store_list). */
static const char *const searchable[] = {"userName", "displayName", "externalId", "active", "emails"};

/* Built at the first use, for the life of the backend. */
static const ScimTool *tools;
static int	tool_count;

const ScimParameter *
scim_parameter(ScimParameterId id)
{
	return &parameters[id];
}

/* The resource type's name as the tools' names have it: "user". */
static void
append_one(StringInfo out, const ScimResourceType *type)
{
	for (const char *c = type->name; *c; c++)
		appendStringInfoChar(out, pg_ascii_tolower((unsigned char) *c));
}

static void
append_searchable(StringInfo out, const ScimResourceType *type)
{
	const char *separator = "";

	for (int i = 0; i < (int) lengthof(searchable); i++)
	{
		int			length = strlen(searchable[i]);

		if (!scim_attribute(type->schema->attributes, searchable[i], length) &&
			!scim_attribute(scim_common_attributes(), searchable[i], length))
			continue;
		appendStringInfo(out, "%s%s", separator, searchable[i]);
		separator = ", ";
	}
}

static void
append_mark(StringInfo out, const char *mark, int length, const ScimResourceType *type)
{
	if (strncmp(mark, "one", length) == 0)
		append_one(out, type);
	else if (strncmp(mark, "many", length) == 0)
		appendStringInfoString(out, type->plural);
	else if (strncmp(mark, "kept", length) == 0)
		appendStringInfoString(out, type->has_members ? "members (send [] to remove all of them)" : "the password");
	else if (strncmp(mark, "example", length) == 0)
		appendStringInfoString(out, type->has_members ?
							   "{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"<user id>\"}]}" :
							   "{\"op\":\"replace\",\"path\":\"name.givenName\",\"value\":\"Ada\"}");
	else if (strncmp(mark, "searchable", length) == 0)
		append_searchable(out, type);
	else
		elog(ERROR, "unknown mark \"%.*s\" in the tool catalogue", length, mark);
}

char *
scim_tool_text(const char *text, const ScimResourceType *type)
{
	StringInfoData out;

	initStringInfo(&out);
	while (*text)
	{
		const char *end = *text == '{' && type ? strchr(text, '}') : NULL;

		if (end)
		{
			append_mark(&out, text + 1, end - text - 1, type);
			text = end + 1;
		}
		else
			appendStringInfoChar(&out, *text++);
	}
	return out.data;
}

static void
fill_tool(ScimTool *tool, const ScimToolPattern *pattern, const ScimResourceType *type)
{
	int			taken = pattern->required | pattern->optional;

	tool->pattern = pattern;
	tool->type = type;
	tool->name = scim_tool_text(pattern->name, type);
	tool->operation = tool->name + strlen("scim_");
	for (int i = 0; i < SCIM_PARAMETERS; i++)
		if (taken & PARAM_BIT(i))
			tool->parameters[i] = scim_tool_text(parameters[i].name, type);
}

static void
build_tools(void)
{
	const ScimResourceType *const *types = scim_resource_types();
	int			type_count = 0;
	int			filled = 0;
	ScimTool   *list;

	while (types[type_count])
		type_count++;
	list = palloc0(sizeof(ScimTool) * lengthof(patterns) * (type_count + 1));

	/* everything about users, then everything about groups, then the rest */
	for (int t = 0; t <= type_count; t++)
		for (int i = 0; i < (int) lengthof(patterns); i++)
			if ((strchr(patterns[i].name, '{') != NULL) == (types[t] != NULL))
				fill_tool(&list[filled++], &patterns[i], types[t]);

	tool_count = filled;
	tools = list;
}

const ScimTool *
scim_all_tools(int *count)
{
	if (!tools)
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		build_tools();
		MemoryContextSwitchTo(old);
	}
	*count = tool_count;
	return tools;
}

const ScimTool *
scim_tool_named(const char *name)
{
	int			count;
	const ScimTool *all = scim_all_tools(&count);

	for (int i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}
