/*
 * named_tools.c
 *		Texts for agents name no tool that the agent has not.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "tools/named_tools.h"
#include "tools/tool.h"

/* What the names of all tools begin with, and what else they are made of. */
#define PREFIX "scim_"
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz_"

/* A part of a text, with the mark that ends it, if one does. */
typedef struct Part
{
	const char *start;
	int			length;
	bool		said;			/* it names nothing that is not there */
} Part;

/* Is there such a tool, and has the caller not got it?  Names of SQL functions are other names. */
static bool
is_missing(const char *name, int length)
{
	int			count;
	const ScimTool *tools = scim_all_tools(&count);

	for (int i = 0; i < count; i++)
	{
		if (strncmp(tools[i].name, name, length) == 0 && tools[i].name[length] == '\0')
			return !scim_tool_is_named(&tools[i]);
	}
	return false;
}

static bool
names_missing(const char *text, int length)
{
	const char *end = text + length;
	const char *name = text;

	while ((name = strstr(name, PREFIX)) != NULL && name < end)
	{
		int			size = strspn(name, NAME_CHARACTERS);

		if (is_missing(name, size))
			return true;
		name += size;
	}
	return false;
}

bool
scim_has_named_tools(const char *text)
{
	return !names_missing(text, strlen(text));
}

/* ---- parts ---- */

static bool
is_mark(const char *text, const char *at)
{
	/* not in JSON: {"title": "mine"} */
	return *at == '.' || *at == ';' || (*at == ':' && at > text && at[-1] != '"');
}

/* So many bytes of the text are its first part. */
static int
length_of_part(const char *text)
{
	const char *at = text;

	while (*at && !(is_mark(text, at) && (at[1] == ' ' || at[1] == '\0')))
		at++;
	return at - text + (*at != '\0');
}

static Part *
parts_of(const char *text, int *count)
{
	Part	   *parts = palloc(sizeof(Part) * (strlen(text) + 1));

	for (*count = 0; *text; (*count)++)
	{
		int			length = length_of_part(text);

		parts[*count] = (Part)
		{
			text, length, !names_missing(text, length)
		};
		text += length;
		text += strspn(text, " ");
	}
	return parts;
}

/* Without its mark. */
static int
bare_length(const Part *part)
{
	return part->length - (strchr(".;:", part->start[part->length - 1]) != NULL);
}

/* What goes on behind a gap is a sentence of its own. */
static void
append_part(StringInfo out, const Part *part, bool begins, bool ends)
{
	int			first = out->len + (out->len > 0);

	if (out->len > 0)
		appendStringInfoChar(out, ' ');
	if (ends)
		appendStringInfo(out, "%.*s.", bare_length(part), part->start);
	else
		appendBinaryStringInfo(out, part->start, part->length);
	if (begins && strncmp(part->start, PREFIX, strlen(PREFIX)) != 0)
		out->data[first] = pg_toupper((unsigned char) out->data[first]);
}

const char *
scim_fit_to_tools(const char *text)
{
	StringInfoData out;
	Part	   *parts;
	int			count;

	if (scim_has_named_tools(text))
		return text;
	parts = parts_of(text, &count);
	initStringInfo(&out);
	for (int i = 0; i < count; i++)
	{
		if (parts[i].said)
			append_part(&out, &parts[i], i > 0 && !parts[i - 1].said,
						i + 1 < count && !parts[i + 1].said);
	}
	return out.len > 0 ? out.data : NULL;
}

const char *
scim_first_with_tools(const char *const *texts, const ScimSubject *subject)
{
	while (texts[1] && !scim_has_named_tools(scim_tool_text(*texts, subject)))
		texts++;
	return *texts;
}
