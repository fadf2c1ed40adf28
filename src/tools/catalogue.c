/*
 * catalogue.c
 *		The table of tools.
 *
 * A new tool is a new row and a handler; its place in the list, its argument
 * checks and its JSON schemas follow from the row.
 *
 * A model pays for every byte of these texts in every conversation: each says
 * what a model would get wrong without it, and no more.
 */
#include "postgres.h"

#include "admin/narrow.h"
#include "base/settings.h"
#include "lib/stringinfo.h"
#include "tools/catalogue.h"
#include "utils/memutils.h"

static const ScimParameter parameters[SCIM_PARAMETERS] = {
	[PARAM_RESOURCE_TYPE] = {"resource_type", ARGUMENT_TEXT, 0, NULL},
	[PARAM_ID] = {"{one}_id", ARGUMENT_TEXT, 0, NULL},
	[PARAM_NEW] = {"{one}_data", ARGUMENT_RESOURCE, 0,
		"Attributes; scim_get_schemas has the details"},
	[PARAM_WHOLE] = {"{one}_data", ARGUMENT_RESOURCE, 0,
		"Whole, as in scim_create_{one}"},
	[PARAM_OPERATIONS] = {"operations", ARGUMENT_OPERATIONS, 0,
	NULL},
	[PARAM_ADD] = {"add", ARGUMENT_TEXTS, 0, "Ids of {members}"},
	[PARAM_REMOVE] = {"remove", ARGUMENT_TEXTS, 0, NULL},
	[PARAM_EXPECTED_VERSION] = {"expected_version", ARGUMENT_VERSION, 0,
		"The _version you read: writes only if it is still that"},
	[PARAM_FILTER] = {"filter", ARGUMENT_TEXT, 0, "SCIM filter, e.g. {filters}"},
	[PARAM_ATTRIBUTE] = {"attribute", ARGUMENT_TEXT, 0, "Such as {searchable}"},
	[PARAM_VALUE] = {"value", ARGUMENT_SCALAR, 0, NULL},
	[PARAM_SORT_BY] = {"sort_by", ARGUMENT_TEXT, 0, NULL},
	[PARAM_SORT_ORDER] = {"sort_order", ARGUMENT_ORDER, 0, NULL},
	[PARAM_START_INDEX] = {"start_index", ARGUMENT_INTEGER, 1, NULL},
	[PARAM_COUNT] = {"count", ARGUMENT_INTEGER, 0, "Default 20"},
	[PARAM_MEMBER_COUNT] = {"count", ARGUMENT_INTEGER, 0, "Default 100"},
	[PARAM_CURSOR] = {"cursor", ARGUMENT_TEXT, 0,
		"For long lists: \"*\", then next_cursor"},
	[PARAM_MEMBER_CURSOR] = {"cursor", ARGUMENT_TEXT, 0, "next_cursor of the page before"},
	[PARAM_INCLUDE_TOTAL] = {"include_total", ARGUMENT_BOOLEAN, 0, NULL},
	[PARAM_ATTRIBUTES] = {"attributes", ARGUMENT_TEXTS, 0, "Answer with these only"},
	[PARAM_EXCLUDED_ATTRIBUTES] = {"excluded_attributes", ARGUMENT_TEXTS, 0, NULL},
	[PARAM_INDIRECT_GROUPS] = {"indirect_groups", ARGUMENT_BOOLEAN, 0, NULL},
	[PARAM_KNOWN_VERSION] = {"known_version", ARGUMENT_TEXT, 0,
		"metadata.version you have: not_modified if it is still that"},
	[PARAM_TENANT_ID] = {"tenant_id", ARGUMENT_TEXT, 0, NULL},
};

/* ---- examples; {NULL} ends each list ---- */

static const ScimExample user_paths[] = {
	{"name.givenName", {"name.givenName"}},
	{"emails[type eq \"work\"].value", {"emails.type", "emails.value"}},
	{"URN:attribute", {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}},
	{"userName", .otherwise = true},
	{NULL}
};

static const ScimExample user_filters[] = {
	{"userName eq \"a\""},
	{"emails[type eq \"work\" and value co \"@x.org\"]", {"emails.type", "emails.value"}},
	{"meta.lastModified gt \"2026-01-01T00:00:00Z\"", {"meta.lastModified"}},
	{NULL}
};

static const ScimExample user_searchable[] = {
	{"userName"},
	{"emails.value", {"emails.value"}},
	{"active", {"active"}},
	{NULL}
};

static const ScimExample group_paths[] = {
	{"displayName"},
	{"members[value eq \"<id>\"]", {"members"}},
	{NULL}
};

static const ScimExample group_filters[] = {
	{"displayName sw \"A\""},
	{"members.value eq \"<id>\"", {"members"}},
	{NULL}
};

static const ScimExample group_searchable[] = {
	{"displayName"},
	{"externalId", {"externalId"}},
	{"members.value", {"members"}},
	{NULL}
};

static const ScimExample group_members[] = {
	{"users", {"members[User]"}},
	{"groups", {"members[Group]"}},
	{NULL}
};

static const ScimExample resource_paths[] = {
	{"attribute"},
	{"attribute.sub"},
	{"attribute[filter].sub"},
	{"URN:attribute"},
	{NULL}
};

static const ScimExample resource_filters[] = {
	{"displayName co \"x\" or not (active eq true)"},
	{NULL}
};

/* ---- what tools are about ---- */

/* In the order of the ABOUT_ bits. */
static const ScimSubject subjects[] = {
	{
		.type = "User",
		.one = "user",
		.many = "users",
		.any = "",
		.kept = "the password",
		.paths = user_paths,
		.filters = user_filters,
		.searchable = user_searchable,
	},
	{
		.type = "Group",
		.one = "group",
		.many = "groups",
		.any = "",
		.kept = "members (send [] to remove all of them)",
		.paths = group_paths,
		.filters = group_filters,
		.searchable = group_searchable,
		.members = group_members,
		.lacks = PARAM_BIT(PARAM_INDIRECT_GROUPS),
	},
	{
		.one = "resource",
		.many = "resources",
		.any = " of any type",
		.kept = "a user's password and a group's members",
		.paths = resource_paths,
		.filters = resource_filters,
		.adds = PARAM_BIT(PARAM_RESOURCE_TYPE),
	},
	{
		.one = "resource",
		.many = "resources",
	},
};

#define ID		PARAM_BIT(PARAM_ID)
#define VERSION	PARAM_BIT(PARAM_EXPECTED_VERSION)
#define TENANT	PARAM_BIT(PARAM_TENANT_ID)
#define PAGE	(PARAM_BIT(PARAM_START_INDEX) | PARAM_BIT(PARAM_COUNT))
#define ANSWER	PARAM_BIT(PARAM_ATTRIBUTES)
#define VIEW	(ANSWER | PARAM_BIT(PARAM_EXCLUDED_ATTRIBUTES) | PARAM_BIT(PARAM_KNOWN_VERSION))

#define ABOUT_TYPED		(ABOUT_USERS | ABOUT_GROUPS)
#define ABOUT_ALL		(ABOUT_TYPED | ABOUT_RESOURCES)

static const ScimToolPattern patterns[] = {
	{
		.name = "scim_create_{one}",
		.title = "Create a {one}",
		.description = "Create a {one}{any}; returns it with its id and _version. Each call makes "
		"another, "
		"unless a unique value is taken (UNIQUENESS).",
		.about = ABOUT_ALL,
		.required = PARAM_BIT(PARAM_NEW),
		.optional = ANSWER | TENANT,
	},
	{
		.name = "scim_get_{one}",
		.title = "Read a {one}",
		.description = "Read one {one}{any} by id, with its _version.",
		.about = ABOUT_ALL,
		.required = ID,
		.optional = VIEW | PARAM_BIT(PARAM_INDIRECT_GROUPS) | TENANT,
		.read_only = true,
		.idempotent = true,
	},
	{
		.name = "scim_update_{one}",
		.title = "Replace a {one}",
		.description = "Replace a {one}{any}: send it whole, as you read it (id, meta and _version "
		"may stay out), with your changes. "
		"What is left out is cleared, except {kept}.",
		.about = ABOUT_ALL,
		.required = ID | PARAM_BIT(PARAM_WHOLE),
		.optional = VERSION | ANSWER | TENANT,
		.destructive = true,
		.idempotent = true,
	},
	{
		.name = "scim_patch_{one}",
		.title = "Change parts of a {one}",
		.description = "Change parts of a {one}{any}, the rest stays. Each operation has op (add, "
		"replace or remove), path ({paths}) and value.",
		.about = ABOUT_ALL,
		.required = ID | PARAM_BIT(PARAM_OPERATIONS),
		.optional = VERSION | ANSWER | TENANT,
		.destructive = true,
	},
	{
		.name = "scim_delete_{one}",
		.title = "Delete a {one}",
		.description = "Delete a {one}{any} for good, with its memberships.",
		.about = ABOUT_ALL,
		.required = ID,
		.optional = VERSION | TENANT,
		.destructive = true,
		.idempotent = true,
		.rule = "Read it first and pass its _version as expected_version; on VERSION_MISMATCH "
		"nothing was deleted: "
		"look at current, and if it is still to go repeat with current_version.",
		.after_mismatch = "if it is still to be deleted, make the call again with expected_version "
		"= ",
	},
	{
		.name = "scim_list_{many}",
		.title = "List {many}",
		.description = "List {many}{any}, all or filtered. While metadata has next_start_index or "
		"next_cursor, more follow.",
		.about = ABOUT_ALL,
		.optional = PARAM_BIT(PARAM_FILTER) | PARAM_BIT(PARAM_SORT_BY) |
		PARAM_BIT(PARAM_SORT_ORDER) | PAGE | PARAM_BIT(PARAM_CURSOR) |
		PARAM_BIT(PARAM_INCLUDE_TOTAL) | VIEW | TENANT,
		.read_only = true,
		.idempotent = true,
	},
	{
		.name = "scim_search_{many}",
		.title = "Search {many}",
		.description = "Find {many} by one attribute; scim_list_{many} takes any filter.",
		.about = ABOUT_TYPED,
		.required = PARAM_BIT(PARAM_ATTRIBUTE) | PARAM_BIT(PARAM_VALUE),
		.optional = PAGE | TENANT,
		.read_only = true,
		.idempotent = true,
	},
	{
		.name = "scim_{one}_exists",
		.title = "Does a {one} exist?",
		.description = "Is there a {one} with this id? False is an answer, not an error.",
		.about = ABOUT_TYPED,
		.required = ID,
		.optional = TENANT,
		.read_only = true,
		.idempotent = true,
	},
	{
		.name = "scim_modify_{one}_members",
		.title = "Add and remove members",
		.description = "Add members to a {one} and remove others, in one step, however large it "
		"is. "
		"Answers who was added or removed, and how many there are.",
		.about = ABOUT_GROUPS,
		.asks = "members",
		.required = ID,
		.optional = PARAM_BIT(PARAM_ADD) | PARAM_BIT(PARAM_REMOVE) | VERSION | ANSWER | TENANT,
		.destructive = true,
		.idempotent = true,
		.rule = "Repeating it is harmless. With expected_version, on VERSION_MISMATCH nothing was "
		"changed: repeat with current_version.",
		.after_mismatch = "if its members are still to be changed like that, make the call again "
		"with expected_version = ",
	},
	{
		.name = "scim_list_{one}_members",
		.title = "List members",
		.description = "List the members of a {one}: while metadata has next_cursor, more follow.",
		.about = ABOUT_GROUPS,
		.asks = "members",
		.required = ID,
		.optional = PARAM_BIT(PARAM_MEMBER_COUNT) | PARAM_BIT(PARAM_MEMBER_CURSOR) | TENANT,
		.read_only = true,
		.idempotent = true,
	},
	{
		.name = "scim_get_schemas",
		.title = "Read the schemas",
		.description = "The resource types and their attributes: what is required, unique, "
		"multi-valued, writable. "
		"Read it before you write attributes that you do not know.",
		.about = ABOUT_NONE,
		.optional = PARAM_BIT(PARAM_RESOURCE_TYPE),
		.read_only = true,
		.idempotent = true,
	},
	{
		.name = "scim_server_info",
		.title = "About this server",
		.description = "This server: its version, its time, the tenant you work in, resource types "
		"with their tables and mappings, features and limits.",
		.about = ABOUT_NONE,
		.read_only = true,
		.idempotent = true,
	},
};

StaticAssertDecl(lengthof(patterns) == SCIM_TOOL_PATTERNS, "each tool has a row, and a handler");

/* Built at the first use, for the life of the backend. */
static const ScimTool *tools;
static int	tool_count;

const ScimParameter *
scim_parameter(ScimParameterId id)
{
	return &parameters[id];
}

/* Has the subject's table what the example is about? */
static bool
applies(const ScimExample *example, const ScimResourceType *type)
{
	for (int i = 0; i < (int) lengthof(example->paths); i++)
	{
		if (type && example->paths[i] && !scim_offers(type, example->paths[i]))
			return false;
	}
	return !example->otherwise;
}

/* The examples that apply, in one text. */
static char *
joined(const ScimExample *examples, const char *separator, const ScimSubject *subject)
{
	const ScimResourceType *type = subject->type ? scim_resource_type(subject->type) : NULL;
	StringInfoData out;

	initStringInfo(&out);
	for (const ScimExample *example = examples; example->text; example++)
	{
		if (applies(example, type) || (example->otherwise && out.len == 0))
			appendStringInfo(&out, "%s%s", out.len ? separator : "", example->text);
	}
	return out.data;
}

/* The word that a mark of that length stands for. */
static const char *
word_of_mark(const char *mark, int length, const ScimSubject *subject)
{
	const struct
	{
		const char *mark;
		const char *word;
		const ScimExample *examples;
		const char *separator;	/* of the examples */
	}			words[] = {
		{"one", subject->one},
		{"many", subject->many},
		{"any", subject->any},
		{"kept", subject->kept},
		{"paths", NULL, subject->paths, ", "},
		{"filters", NULL, subject->filters, "; "},
		{"searchable", NULL, subject->searchable, ", "},
		{"members", NULL, subject->members, " or "},
	};

	for (int i = 0; i < (int) lengthof(words); i++)
	{
		if (strncmp(words[i].mark, mark, length) != 0 || words[i].mark[length] != '\0')
			continue;
		if (words[i].word)
			return words[i].word;
		if (words[i].examples)
			return joined(words[i].examples, words[i].separator, subject);
	}
	elog(ERROR, "unknown mark \"%.*s\" in the tool catalogue", length, mark);
	return NULL;
}

char *
scim_tool_text(const char *text, const ScimSubject *subject)
{
	StringInfoData out;

	initStringInfo(&out);
	while (*text)
	{
		const char *end = *text == '{' ? strchr(text, '}') : NULL;

		if (end)
		{
			appendStringInfoString(&out, word_of_mark(text + 1, end - text - 1, subject));
			text = end + 1;
		}
		else
			appendStringInfoChar(&out, *text++);
	}
	return out.data;
}

static void
fill_tool(ScimTool *tool, const ScimToolPattern *pattern, const ScimSubject *subject)
{
	int			taken = ((pattern->required | pattern->optional) & ~subject->lacks) | subject->adds;

	tool->pattern = pattern;
	tool->subject = subject;
	tool->name = scim_tool_text(pattern->name, subject);
	tool->operation = tool->name + strlen("scim_");
	tool->required = pattern->required | subject->adds;
	for (int i = 0; i < SCIM_PARAMETERS; i++)
		if (taken & PARAM_BIT(i))
			tool->parameters[i] = scim_tool_text(parameters[i].name, subject);
}

/* Everything about users, then everything about groups, then the rest. */
static void
build_tools(void)
{
	ScimTool   *list = palloc0(sizeof(ScimTool) * lengthof(patterns) * lengthof(subjects));
	int			filled = 0;

	for (int s = 0; s < (int) lengthof(subjects); s++)
		for (int i = 0; i < (int) lengthof(patterns); i++)
			if (patterns[i].about & (1 << s))
				fill_tool(&list[filled++], &patterns[i], &subjects[s]);

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

static bool
tool_exists(const ScimTool *tool)
{
	return !tool->subject->type || scim_resource_type(tool->subject->type);
}

/* Is there a resource type that has no tools of its own? */
static bool
has_other_types(void)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		bool		has_tools = false;

		for (int i = 0; i < (int) lengthof(subjects); i++)
			has_tools |= subjects[i].type && strcmp(subjects[i].type, (*type)->name) == 0;
		if (!has_tools)
			return true;
	}
	return false;
}

bool
scim_tool_is_generic(const ScimTool *tool)
{
	return (tool->subject->adds & PARAM_BIT(PARAM_RESOURCE_TYPE)) != 0;
}

bool
scim_tool_is_offered(const ScimTool *tool)
{
	if (!tool_exists(tool))
		return false;
	if (scim_tool_is_generic(tool))
		return has_other_types();
	return !tool->pattern->asks ||
		scim_offers(scim_resource_type(tool->subject->type), tool->pattern->asks);
}

bool
scim_tool_shows(const ScimTool *tool, ScimParameterId id)
{
	return tool->parameters[id] && (id != PARAM_TENANT_ID || scim_setting_only_tenant[0] == '\0');
}

/* In the description, for there are clients that show a model nothing else. */
#define MERGE_RULE \
	"Read it first and pass its _version as expected_version; on VERSION_MISMATCH nothing was " \
	"written: " \
	"merge your change into current and retry with current_version."

char *
scim_tool_description(const ScimTool *tool)
{
	const ScimToolPattern *pattern = tool->pattern;
	const char *rule = !tool->parameters[PARAM_EXPECTED_VERSION] ? NULL
	: pattern->rule ? pattern->rule
	: MERGE_RULE;

	return scim_tool_text(psprintf("%s%s%s", pattern->description, rule ? " " : "",
								   rule ? rule : ""),
						  tool->subject);
}

const ScimTool *
scim_tool_named(const char *name)
{
	int			count;
	const ScimTool *all = scim_all_tools(&count);

	for (int i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0 && tool_exists(&all[i]))
			return &all[i];
	return NULL;
}
