/*
 * utf8.h
 *		Characters in UTF-8, by plain memory.
 */
#ifndef SCIM_BASE_UTF8_H
#define SCIM_BASE_UTF8_H

#include <stdint.h>

/* Writes the character: up to 4 bytes; returns how many. */
static inline int
scim_put_utf8(char *bytes, uint32_t character)
{
	if (character < 0x80)
	{
		bytes[0] = (char) character;
		return 1;
	}
	if (character < 0x800)
	{
		bytes[0] = (char) (0xC0 | character >> 6);
		bytes[1] = (char) (0x80 | (character & 0x3F));
		return 2;
	}
	if (character < 0x10000)
	{
		bytes[0] = (char) (0xE0 | character >> 12);
		bytes[1] = (char) (0x80 | (character >> 6 & 0x3F));
		bytes[2] = (char) (0x80 | (character & 0x3F));
		return 3;
	}
	bytes[0] = (char) (0xF0 | character >> 18);
	bytes[1] = (char) (0x80 | (character >> 12 & 0x3F));
	bytes[2] = (char) (0x80 | (character >> 6 & 0x3F));
	bytes[3] = (char) (0x80 | (character & 0x3F));
	return 4;
}

/*
 * The character at *at, which is before the end; moves behind it.  Of a byte
 * that begins none (which no database in UTF8 holds) U+FFFD.
 */
static inline uint32_t
scim_get_utf8(const char **at, const char *end)
{
	const unsigned char *bytes = (const unsigned char *) *at;
	int			more = bytes[0] < 0xE0 ? 1 : bytes[0] < 0xF0 ? 2 : 3;
	uint32_t	character = bytes[0] & (0x3F >> more);

	(*at)++;
	if (bytes[0] < 0x80)
		return bytes[0];
	if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || more > end - *at)
		return 0xFFFD;
	for (int i = 1; i <= more; i++)
	{
		if ((bytes[i] & 0xC0) != 0x80)
			return 0xFFFD;
		character = character << 6 | (bytes[i] & 0x3F);
	}
	*at += more;
	return character;
}

#endif							/* SCIM_BASE_UTF8_H */
