/*
 * tool.c
 *		Makes tools of the catalogue's rows: texts with the subject's words in them,
 *		parameters, and which tools there are for clients.
 */
#include "postgres.h"

#include "admin/narrow.h"
#include "base/settings.h"
#include "decision/place.h"
#include "lib/stringinfo.h"
#include "statement/own_table.h"
#include "tools/named_tools.h"
#include "tools/tool.h"
#include "tools/toolset.h"
#include "utils/memutils.h"

/* Built at the first use, for the life of the backend. */
static const ScimTool *tools;
static int	tool_count;

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

/* The examples that apply, in one text; without a separator the first of them. */
static char *
joined(const ScimExample *examples, const char *separator, const ScimSubject *subject)
{
	const ScimResourceType *type = subject->type ? scim_resource_type(subject->type) : NULL;
	StringInfoData out;

	initStringInfo(&out);
	for (const ScimExample *example = examples; example->text && (separator || out.len == 0);
		 example++)
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
		{"path", NULL, subject->paths},
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
take_parameter(ScimTool *tool, ScimParameterId id, bool required)
{
	if (id == PARAM_NONE || id == tool->subject->lacks)
		return;
	tool->parameters[id] = scim_tool_text(scim_parameters[id].name, tool->subject);
	tool->required[id] = required;
}

static void
fill_tool(ScimTool *tool, const ScimToolPattern *pattern, const ScimSubject *subject)
{
	tool->pattern = pattern;
	tool->id = pattern - scim_tool_patterns;
	tool->subject = subject;
	tool->name = scim_tool_text(pattern->name, subject);
	tool->operation = tool->name + strlen("scim_");
	take_parameter(tool, subject->adds, true);
	for (int i = 0; i < SCIM_MOST_TOOL_PARAMETERS; i++)
	{
		take_parameter(tool, pattern->required[i], true);
		take_parameter(tool, pattern->optional[i], false);
	}
}

/* Everything about users, then everything about groups, then the rest. */
static void
build_tools(void)
{
	ScimTool   *list = palloc0(sizeof(ScimTool) * SCIM_TOOL_PATTERNS * SCIM_SUBJECTS);
	int			filled = 0;

	for (int s = 0; s < SCIM_SUBJECTS; s++)
		for (int i = 0; i < SCIM_TOOL_PATTERNS; i++)
			if (scim_tool_patterns[i].about & (1 << s))
				fill_tool(&list[filled++], &scim_tool_patterns[i], &scim_subjects[s]);

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

bool
scim_tool_is_in_set(const ScimTool *tool, ScimToolsetId set)
{
	int			subject = 1 << (tool->subject - scim_subjects);

	return set == TOOLSET_FULL ||
		((set == TOOLSET_LEAN ? tool->pattern->lean : tool->pattern->core) & subject) != 0;
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

		for (int i = 0; i < SCIM_SUBJECTS; i++)
			has_tools |= scim_subjects[i].type &&
				strcmp(scim_subjects[i].type, (*type)->name) == 0;
		if (!has_tools)
			return true;
	}
	return false;
}

bool
scim_tool_is_generic(const ScimTool *tool)
{
	return tool->subject->adds == PARAM_RESOURCE_TYPE && !tool->subject->has_history;
}

bool
scim_tool_is_named(const ScimTool *tool)
{
	if (!tool_exists(tool) || !scim_toolset_has(tool))
		return false;
	if (scim_tool_is_generic(tool))
		return has_other_types();
	return !tool->pattern->asks ||
		scim_offers(scim_resource_type(tool->subject->type), tool->pattern->asks);
}

bool
scim_tool_is_offered(const ScimTool *tool)
{
	if (!scim_tool_is_named(tool))
		return false;
	if (tool->subject->has_history)
		return scim_keeps_history();
	if (tool->subject->has_leases)
		return OidIsValid(scim_leases_table());
	if (tool->subject->has_proposals)
		return OidIsValid(scim_find_own_relation("scim_proposal_rows"));
	return true;
}

bool
scim_tool_shows(const ScimTool *tool, ScimParameterId id)
{
	return tool->parameters[id] && (id != PARAM_TENANT_ID || scim_setting_only_tenant[0] == '\0');
}

bool
scim_tool_requires_version(const ScimTool *tool)
{
	return scim_setting_require_version && tool->parameters[PARAM_EXPECTED_VERSION] &&
		!tool->pattern->any_version;
}

/* In the description, for there are clients that show a model nothing else. */
#define MERGE_RULE \
	"Read it first and pass its _version as expected_version; on VERSION_MISMATCH nothing was " \
	"written: if merge is clean repeat with on_conflict merge, else merge into current and retry " \
	"with current_version."

/* Is it about resources of any type, beside tools for those of one? */
static bool
names_type(const ScimTool *tool)
{
	return tool->subject->type == NULL && !scim_tool_is_generic(tool);
}

const ScimSubject *
scim_subject_of(const ScimTool *tool, const ScimResourceType *type)
{
	for (int i = 0; names_type(tool) && type && i < SCIM_SUBJECTS; i++)
	{
		const ScimSubject *subject = &scim_subjects[i];

		if (subject->type ? strcmp(subject->type, type->name) == 0
			: subject->adds == PARAM_RESOURCE_TYPE && !subject->has_history)
			return subject;
	}
	return tool->subject;
}

const char *
scim_tool_description(const ScimTool *tool)
{
	const ScimToolPattern *pattern = tool->pattern;
	const char *rule = !tool->parameters[PARAM_EXPECTED_VERSION] ? NULL
	: pattern->rule ? pattern->rule
	: MERGE_RULE;

	return scim_fit_to_tools(scim_tool_text(psprintf("%s%s%s", pattern->description,
													 rule ? " " : "", rule ? rule : ""),
											tool->subject));
}

const ScimTool *
scim_tool_named(const char *name)
{
	int			count;
	const ScimTool *all = scim_all_tools(&count);

	for (int i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0 && tool_exists(&all[i]) && scim_toolset_has(&all[i]))
			return &all[i];
	return NULL;
}
