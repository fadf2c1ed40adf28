/*
 * etag.c
 *		Versions as entity tags (RFC 9110 section 8.8.3), and lists of them.
 */
#include "postgres.h"

#include "core/etag.h"

char *
scim_etag(const char *version)
{
	return psprintf("W/\"%s\"", version);
}

/* White space and commas: a list may have empty elements.  "comma": was there one? */
static const char *
skip_between(const char *field, bool *comma)
{
	for (; *field == ' ' || *field == '\t' || *field == ','; field++)
		*comma |= *field == ',';
	return field;
}

/* The characters between the quotes of a tag: visible, or beyond ASCII. */
static bool
is_in_tag(unsigned char c)
{
	return c > ' ' && c != '"' && c != 0x7F;
}

/* Finds W/"v" or "v" at the start: v, and what is behind the tag; NULL: it is no tag. */
static const char *
find_tag(const char *text, const char **start, int *length)
{
	const char *end;

	if (strncmp(text, "W/", 2) == 0)
		text += 2;
	if (*text++ != '"')
		return NULL;
	for (end = text; is_in_tag(*end); end++)
		;
	*start = text;
	*length = end - text;
	return *end == '"' ? end + 1 : NULL;
}

char *
scim_bare_version(const char *text)
{
	const char *start;
	int			length;
	const char *end = find_tag(text, &start, &length);

	return end && *end == '\0' ? pnstrdup(start, length) : NULL;
}

/* Reads a tag, and returns what is behind it; NULL: it is none, or one too many. */
static const char *
read_tag(const char *field, ScimEtagList *list)
{
	const char *start;
	int			length;
	const char *end = find_tag(field, &start, &length);

	if (end == NULL || list->count == SCIM_MOST_ETAGS)
		return NULL;
	list->tags[list->count++] = pnstrdup(start, length);
	return end;
}

bool
scim_read_etags(const char *field, ScimEtagList *list)
{
	bool		apart = true;

	*list = (ScimEtagList)
	{
		.tags = palloc(SCIM_MOST_ETAGS * sizeof(char *))
	};
	field = skip_between(field, &apart);
	if (*field == '*')
	{
		field++;
		list->any = true;
		return field[strspn(field, " \t")] == '\0';
	}
	while (*field)
	{
		field = apart ? read_tag(field, list) : NULL;
		if (field == NULL)
			return false;
		apart = false;
		field = skip_between(field, &apart);
	}
	return list->count > 0;
}

bool
scim_has_etag(const ScimEtagList *list, const char *version)
{
	for (int i = 0; i < list->count; i++)
	{
		if (strcmp(list->tags[i], version) == 0)
			return true;
	}
	return list->any;
}
