/*
 * control.c
 *		Control characters.
 */
#include "postgres.h"

#include "base/control.h"

int
scim_control_length(const char *text, bool is_utf8)
{
	unsigned char first = text[0];
	unsigned char second = first ? text[1] : 0;

	if (first < 0x20 || first == 0x7F)
		return 1;
	return is_utf8 && first == 0xC2 && second >= 0x80 && second < 0xA0 ? 2 : 0;
}

/* Byte by byte: what is behind the first byte of a character begins none of these. */
bool
scim_has_control(const char *text, bool is_utf8)
{
	for (const char *p = text; *p; p++)
	{
		if (scim_control_length(p, is_utf8) > 0)
			return true;
	}
	return false;
}
