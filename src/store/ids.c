/*
 * ids.c
 *		Ids as clients give them.
 *
 * uuid_in takes more spellings (braces, no hyphens) and raises errors; an id
 * that does not look like one simply is nobody's.
 */
#include "postgres.h"

#include "store/ids.h"

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

bool
scim_parse_id(const char *text, pg_uuid_t *id)
{
	const char *p = text;

	if (strlen(text) != 36)
		return false;
	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
		{
			if (*p++ != '-')
				return false;
		}
		if (hex_value(p[0]) < 0 || hex_value(p[1]) < 0)
			return false;
		id->data[i] = (unsigned char) (hex_value(p[0]) << 4 | hex_value(p[1]));
		p += 2;
	}
	return true;
}

char *
scim_uuid_text(const pg_uuid_t *id)
{
	static const char hex[] = "0123456789abcdef";
	char	   *text = palloc(37);
	char	   *p = text;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[id->data[i] >> 4];
		*p++ = hex[id->data[i] & 15];
	}
	*p = '\0';
	return text;
}
