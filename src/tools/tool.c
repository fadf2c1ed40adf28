/*
 * tool.c
 *		Makes tools of the catalogue's rows: texts with the subject's words in them,
 *		and parameters.
 */
#include "postgres.h"

#include "admin/narrow.h"
#include "base/narrowed.h"
#include "base/settings.h"
#include "lib/stringinfo.h"
#include "tools/tool.h"
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

bool
scim_tool_is_generic(const ScimTool *tool)
{
	return tool->subject->adds == PARAM_RESOURCE_TYPE && !tool->subject->has_history;
}

bool
scim_tool_shows(const ScimTool *tool, ScimParameterId id)
{
	return tool->parameters[id] && (id != PARAM_TENANT_ID || scim_only_tenant()[0] == '\0');
}

bool
scim_tool_requires_version(const ScimTool *tool)
{
	return scim_setting_require_version && tool->parameters[PARAM_EXPECTED_VERSION] &&
		!tool->pattern->any_version;
}

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
