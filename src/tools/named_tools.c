/*
 * named_tools.c
 *		Texts for agents name no tool that the agent has not.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "tools/named_tools.h"
#include "tools/offered.h"

/* What the names of all tools begin with, and what else they are made of. */
#define PREFIX "scim_"
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz_"

/* A part of a text, with the mark that ends it, if one does. */
typedef struct Part
{
	const char *start;
	int			length;
	int			said;			/* so much of it can be said: all, nothing, or up to a comma */
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

/* The first name of such a tool in the text; NULL: there is none. */
static const char *
find_missing(const char *text, int length)
{
	const char *end = text + length;
	const char *name = text;

	while ((name = strstr(name, PREFIX)) != NULL && name < end)
	{
		int			size = strspn(name, NAME_CHARACTERS);

		if (is_missing(name, size))
			return name;
		name += size;
	}
	return NULL;
}

bool
scim_has_named_tools(const char *text)
{
	return find_missing(text, strlen(text)) == NULL;
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

/* How much stands before the last comma that is before the name, and in no parentheses. */
static int
length_before(const char *text, const char *name)
{
	int			depth = 0;
	int			length = 0;

	for (const char *at = text; at < name; at++)
	{
		depth += (*at == '(') - (*at == ')');
		if (*at == ',' && depth == 0)
			length = at - text;
	}
	return length;
}

static Part
part_of(const char *text, int length)
{
	const char *missing = find_missing(text, length);

	return (Part)
	{
		text, length, missing ? length_before(text, missing) : length
	};
}

static Part *
parts_of(const char *text, int *count)
{
	Part	   *parts = palloc(sizeof(Part) * (strlen(text) + 1));

	for (*count = 0; *text; (*count)++)
	{
		int			length = length_of_part(text);

		parts[*count] = part_of(text, length);
		text += length;
		text += strspn(text, " ");
	}
	return parts;
}

static inline bool
is_whole(const Part *part)
{
	return part->said == part->length;
}

/* What can be said of it, without its mark. */
static int
bare_length(const Part *part)
{
	bool		has_mark = is_whole(part) && strchr(".;:", part->start[part->length - 1]) != NULL;

	return part->said - has_mark;
}

/* What goes on behind a gap is a sentence of its own, and so is what stands before it. */
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
		bool		ends = !is_whole(&parts[i]) || (i + 1 < count && parts[i + 1].said == 0);

		if (parts[i].said > 0)
			append_part(&out, &parts[i], i > 0 && !is_whole(&parts[i - 1]), ends);
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
