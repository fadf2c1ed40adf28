/*
 * jcs.h
 *		The scalars of RFC 8785 (JSON Canonicalization Scheme), on plain memory:
 *		no server call, so that they can be tested and fuzzed alone.
 */
#ifndef SCIM_CORE_JCS_H
#define SCIM_CORE_JCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The longest form of a string of "length" bytes: each \u00xx, and the quotes. */
#define JCS_STRING_SIZE(length) (6 * (size_t) (length) + 2)

/*
 * Does one of 8 bytes perhaps need an escape?  Surely so if it says no.  (What is
 * beyond ASCII needs none, and so does not what it is compared with.)
 */
static inline bool
jcs_may_need_escape(uint64_t bytes)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t	quote = bytes ^ ones * '"';
	uint64_t	backslash = bytes ^ ones * '\\';

	return ((bytes - ones * 0x20) | (quote - ones) | (backslash - ones)) & ~bytes & high;
}

/*
 * Nearly all strings need no escape: they are copied while they are looked at,
 * 8 bytes at once, the last ones over again.  False if an escape may be needed.
 */
static inline bool
jcs_copy_plain(char *out, const char *string, size_t length)
{
	uint64_t	bytes;
	uint32_t	half[2];

	if (length >= 8)
	{
		for (size_t i = 0; i < length - 8; i += 8)
		{
			memcpy(&bytes, string + i, 8);
			if (jcs_may_need_escape(bytes))
				return false;
			memcpy(out + i, &bytes, 8);
		}
		memcpy(&bytes, string + length - 8, 8);
		memcpy(out + length - 8, &bytes, 8);
	}
	else if (length >= 4)
	{
		memcpy(&half[0], string, 4);
		memcpy(&half[1], string + length - 4, 4);
		memcpy(out, &half[0], 4);
		memcpy(out + length - 4, &half[1], 4);
		bytes = (uint64_t) half[0] << 32 | half[1];
	}
	else
	{
		bytes = UINT64_C(0x2020202020202020);
		for (size_t i = 0; i < length; i++)
		{
			bytes = bytes << 8 | (unsigned char) string[i];
			out[i] = string[i];
		}
	}
	return !jcs_may_need_escape(bytes);
}

/* jcs_string of one that may need escapes. */
extern size_t jcs_escaped_string(char *out, const char *string, size_t length);

/*
 * Writes the string (UTF-8) quoted and escaped, RFC 8785 section 3.2.2.2;
 * returns the bytes written.
 */
static inline size_t
jcs_string(char *out, const char *string, size_t length)
{
	if (!jcs_copy_plain(out + 1, string, length))
		return jcs_escaped_string(out, string, length);
	out[0] = out[length + 1] = '"';
	return length + 2;
}

/* The order of members: by UTF-16 code units (section 3.2.3).  Below, at, above 0 as in memcmp. */
extern int	jcs_compare(const char *a, size_t a_length, const char *b, size_t b_length);

/* A decimal number in parts: 0.DIGITS * 10^exponent. */
typedef struct JcsDecimal
{
	bool		negative;
	const char *digits;			/* without leading or trailing zeros; may hold a '.' */
	size_t		digits_end;		/* bytes from digits to the last one */
	size_t		count;			/* significant digits; 0: the number is zero */
	long		exponent;
} JcsDecimal;

/* Takes apart a plain decimal such as "-0012.500" (no exponent); false if it is none. */
extern bool jcs_parse(JcsDecimal *number, const char *text, size_t length);

/* The longest form of the number. */
extern size_t jcs_number_size(const JcsDecimal *number);

/*
 * Writes the number as ECMAScript does (section 3.2.2.3), if a double holds
 * exactly this decimal value; else in full as a plain decimal, so that two
 * different numbers never share a form.  Returns the bytes written.
 */
extern size_t jcs_number(char *out, const JcsDecimal *number);

#endif							/* SCIM_CORE_JCS_H */
