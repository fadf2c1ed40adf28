/*
 * uuids.c
 *		Uuids as texts, and lists of them.
 */
#include "postgres.h"

#include "base/uuids.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The uuid that the text begins with; returns what is behind it, or NULL. */
static const char *
parse_front(const char *text, pg_uuid_t *uuid)
{
	bool		braces = text[0] == '{';
	const char *p = text + (braces ? 1 : 0);

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (hex_value(p[0]) < 0 || hex_value(p[1]) < 0)
			return NULL;
		uuid->data[i] = (unsigned char) (hex_value(p[0]) << 4 | hex_value(p[1]));
		p += 2;
		if (*p == '-' && i % 2 == 1 && i < UUID_LEN - 1)
			p++;
	}
	if (braces && *p++ != '}')
		return NULL;
	return p;
}

bool
scim_parse_uuid(const char *text, pg_uuid_t *uuid)
{
	const char *end = parse_front(text, uuid);

	return end && *end == '\0';
}

char *
scim_uuid_text(const pg_uuid_t *uuid)
{
	static const char hex[] = "0123456789abcdef";
	char	   *text = palloc(37);
	char	   *p = text;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[uuid->data[i] >> 4];
		*p++ = hex[uuid->data[i] & 15];
	}
	*p = '\0';
	return text;
}

/* ---- lists ---- */

#define BLANKS " \t\r\n"

/*
 * What is between two of them: blanks, and one comma at most, behind which there is
 * another.  Returns what comes then; NULL: something else is there.
 */
static const char *
skip_separator(const char *end)
{
	const char *p = end + strspn(end, BLANKS);

	if (*p != ',')
		return p > end || *p == '\0' ? p : NULL;
	p++;
	p += strspn(p, BLANKS);
	return *p ? p : NULL;
}

bool
scim_read_uuids(const char *text, ScimUuids *uuids)
{
	const char *p = text + strspn(text, BLANKS);

	uuids->count = 0;
	while (p && *p)
	{
		if (uuids->count == SCIM_MOST_UUIDS)
			return false;
		p = parse_front(p, &uuids->uuids[uuids->count++]);
		if (p)
			p = skip_separator(p);
	}
	return p != NULL;
}

bool
scim_has_uuid(const ScimUuids *uuids, const pg_uuid_t *uuid)
{
	for (int i = 0; uuids && i < uuids->count; i++)
	{
		if (memcmp(uuids->uuids[i].data, uuid->data, UUID_LEN) == 0)
			return true;
	}
	return false;
}
