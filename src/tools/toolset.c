/*
 * toolset.c
 *		Which tools an agent has: scimver.toolset, read once for each value.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/narrowed.h"
#include "lib/stringinfo.h"
#include "tools/toolset.h"
#include "utils/memutils.h"

/* What the setting comes to. */
typedef struct Toolset
{
	MemoryContext context;		/* of all of it */
	const char *text;			/* the setting */
	bool	   *has;			/* for each of all tools */
	bool		any;			/* does it name anything, be it unknown? */
	int			budget;
	StringInfoData unknown;		/* words that name nothing, with commas */
} Toolset;

static Toolset *known = NULL;

/* ---- reading it ---- */

static bool
is_word(const char *word, int length, const char *name)
{
	return strlen(name) == (Size) length && memcmp(word, name, length) == 0;
}

/* False: it names no set. */
static bool
take_set(Toolset *toolset, const char *word, int length)
{
	for (int set = 0; set < SCIM_TOOLSETS; set++)
	{
		int			count;
		const ScimTool *tools = scim_all_tools(&count);

		if (!is_word(word, length, scim_toolsets[set].name))
			continue;
		for (int i = 0; i < count; i++)
			toolset->has[i] |= scim_tool_is_in_set(&tools[i], set);
		toolset->budget = Max(toolset->budget, scim_toolsets[set].budget);
		return true;
	}
	return false;
}

/* What is named one by one takes what room it needs. */
static bool
take_tool(Toolset *toolset, const char *word, int length)
{
	int			count;
	const ScimTool *tools = scim_all_tools(&count);

	for (int i = 0; i < count; i++)
	{
		if (!is_word(word, length, tools[i].name))
			continue;
		toolset->has[i] = true;
		toolset->budget = scim_toolsets[TOOLSET_FULL].budget;
		return true;
	}
	return false;
}

/* As it can be shown: all names are of ASCII. */
static void
note_unknown(Toolset *toolset, const char *word, int length)
{
	if (toolset->unknown.len > 0)
		appendStringInfoString(&toolset->unknown, ", ");
	for (int i = 0; i < length; i++)
		appendStringInfoChar(&toolset->unknown, word[i] > ' ' && word[i] <= '~' ? word[i] : '?');
}

static void
take_word(Toolset *toolset, const char *word, int length)
{
	toolset->any = true;
	if (!take_set(toolset, word, length) && !take_tool(toolset, word, length))
		note_unknown(toolset, word, length);
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
take_words(Toolset *toolset)
{
	const char *at = toolset->text;

	while (*at)
	{
		int			length = strcspn(at, ",");
		const char *next = at + length + (at[length] == ',');

		for (; length > 0 && is_blank(*at); length--)
			at++;
		while (length > 0 && is_blank(at[length - 1]))
			length--;
		if (length > 0)
			take_word(toolset, at, length);
		at = next;
	}
}

static Toolset *
read_setting(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "scimver toolset",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Toolset    *toolset = palloc0(sizeof(Toolset));
	int			count;

	(void) scim_all_tools(&count);
	toolset->context = context;
	toolset->text = pstrdup(scim_toolset());
	toolset->has = palloc0(sizeof(bool) * count);
	initStringInfo(&toolset->unknown);
	take_words(toolset);
	if (!toolset->any)
		(void) take_set(toolset, scim_toolsets[TOOLSET_FULL].name,
						strlen(scim_toolsets[TOOLSET_FULL].name));
	MemoryContextSwitchTo(old);
	return toolset;
}

/* A bridge sets it in each transaction, to the same. */
static const Toolset *
current_toolset(void)
{
	Toolset    *read;

	if (known && strcmp(known->text, scim_toolset()) == 0)
		return known;
	read = read_setting();
	MemoryContextSetParent(read->context, TopMemoryContext);
	if (known)
		MemoryContextDelete(known->context);
	known = read;
	return known;
}

/* ---- what it comes to ---- */

bool
scim_toolset_has(const ScimTool *tool)
{
	int			count;

	return current_toolset()->has[tool - scim_all_tools(&count)] &&
		(tool->pattern->read_only || !scim_only_reads());
}

int64
scim_toolset_budget(void)
{
	return current_toolset()->budget;
}

bool
scim_is_tool_or_set(const char *name)
{
	int			count;
	const ScimTool *tools = scim_all_tools(&count);

	for (int set = 0; set < SCIM_TOOLSETS; set++)
	{
		if (strcmp(scim_toolsets[set].name, name) == 0)
			return true;
	}
	for (int i = 0; i < count; i++)
	{
		if (strcmp(tools[i].name, name) == 0)
			return true;
	}
	return false;
}

void
scim_check_toolset(void)
{
	const Toolset *toolset = current_toolset();

	if (toolset->unknown.len > 0)
		scim_throw_path(SCIM_NO_SUCH_TOOLSET, "scimver.toolset",
						"no tool and no set of tools is called '%s'", toolset->unknown.data);
}
