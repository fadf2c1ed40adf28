/*
 * control.c
 *		Control characters.
 */
#include "postgres.h"

#include "base/control.h"
#include "mb/pg_wchar.h"

int
scim_control_length(const char *text, bool is_utf8)
{
	unsigned char first = text[0];
	unsigned char second = first ? text[1] : 0;

	if (first < 0x20 || first == 0x7F)
		return 1;
	return is_utf8 && first == 0xC2 && second >= 0x80 && second < 0xA0 ? 2 : 0;
}

bool
scim_has_control(const char *text)
{
	bool		is_utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (const char *p = text; *p; p += pg_mblen(p))
	{
		if (scim_control_length(p, is_utf8) > 0)
			return true;
	}
	return false;
}
