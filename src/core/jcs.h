/*
 * jcs.h
 *		The scalars of RFC 8785 (JSON Canonicalization Scheme), on plain memory:
 *		no server call, so that they can be tested and fuzzed alone.
 */
#ifndef SCIM_CORE_JCS_H
#define SCIM_CORE_JCS_H

#include <stdbool.h>
#include <stddef.h>

/* The longest form of a string of "length" bytes: each \u00xx, and the quotes. */
#define JCS_STRING_SIZE(length) (6 * (size_t) (length) + 2)

/*
 * Writes the string (UTF-8) quoted and escaped, RFC 8785 section 3.2.2.2;
 * returns the bytes written.
 */
extern size_t jcs_string(char *out, const char *string, size_t length);

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
