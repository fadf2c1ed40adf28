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

/* Reads W/"v" or "v", and returns what is behind it; NULL: it is no tag. */
static const char *
read_tag(const char *field, ScimEtagList *list)
{
	const char *end;

	if (strncmp(field, "W/", 2) == 0)
		field += 2;
	if (*field++ != '"' || list->count == SCIM_MOST_ETAGS)
		return NULL;
	for (end = field; is_in_tag(*end); end++)
		;
	if (*end != '"')
		return NULL;
	list->tags[list->count++] = pnstrdup(field, end - field);
	return end + 1;
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
