/*
 * jcs.c
 *		The scalars of RFC 8785, on plain memory.
 */
#include "core/jcs.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A double has no more digits than this in decimal. */
#define EXACT_DIGITS 767

/* What a byte becomes inside a string: 0 itself, 'u' a \u00xx, else backslash and that letter. */
static const char escapes[256] = {
	['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	['"'] = '"', ['\\'] = '\\',
	[0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u', [0x04] = 'u', [0x05] = 'u',
	[0x06] = 'u', [0x07] = 'u', [0x0b] = 'u', [0x0e] = 'u', [0x0f] = 'u', [0x10] = 'u',
	[0x11] = 'u', [0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u', [0x16] = 'u',
	[0x17] = 'u', [0x18] = 'u', [0x19] = 'u', [0x1a] = 'u', [0x1b] = 'u', [0x1c] = 'u',
	[0x1d] = 'u', [0x1e] = 'u', [0x1f] = 'u',
};

size_t
jcs_escaped_string(char *out, const char *string, size_t length)
{
	static const char hex[] = "0123456789abcdef";
	char	   *p = out;
	size_t		plain = 0;		/* start of the run that needs no escape */

	*p++ = '"';
	for (size_t i = 0; i < length; i++)
	{
		unsigned char byte = (unsigned char) string[i];
		char		escape = escapes[byte];

		if (escape == 0)
			continue;
		memcpy(p, string + plain, i - plain);
		p += i - plain;
		plain = i + 1;
		*p++ = '\\';
		*p++ = escape;
		if (escape == 'u')
		{
			*p++ = '0';
			*p++ = '0';
			*p++ = hex[byte >> 4];
			*p++ = hex[byte & 15];
		}
	}
	memcpy(p, string + plain, length - plain);
	p += length - plain;
	*p++ = '"';
	return p - out;
}

/*
 * UTF-8 sorts as UTF-16 does, but for the characters beyond the BMP (lead byte
 * F0 to F4): as surrogates (D800 to DFFF) they come before U+E000 to U+FFFF
 * (lead byte EE, EF).
 */
static int
utf16_rank(unsigned char byte)
{
	return byte == 0xee || byte == 0xef ? byte + 0x10 : byte;
}

int
jcs_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t		length = a_length < b_length ? a_length : b_length;

	for (size_t i = 0; i < length; i++)
	{
		if (a[i] != b[i])
			return utf16_rank((unsigned char) a[i]) - utf16_rank((unsigned char) b[i]);
	}
	return a_length < b_length ? -1 : a_length > b_length;
}

bool
jcs_parse(JcsDecimal *number, const char *text, size_t length)
{
	const char *end = text + length;
	const char *first = NULL;	/* first significant digit */
	const char *last = NULL;	/* last significant digit */
	long		before = 0;		/* digits before the point, from the first significant one */
	long		zeros = 0;		/* zeros between the point and the first significant digit */
	bool		point = false;
	bool		digits = false;

	number->negative = text < end && *text == '-';
	if (number->negative)
		text++;
	number->count = 0;
	for (const char *p = text; p < end; p++)
	{
		if (*p == '.')
		{
			if (point)
				return false;
			point = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			return false;
		digits = true;
		if (first == NULL && *p == '0')
		{
			zeros += point;
			continue;
		}
		if (first == NULL)
			first = p;
		before += !point;
		if (*p != '0')
			last = p;
	}
	number->digits = first;
	number->digits_end = first ? (size_t) (last + 1 - first) : 0;
	for (size_t i = 0; i < number->digits_end; i++)
		number->count += first[i] != '.';
	number->exponent = before > 0 ? before : -zeros;
	if (number->count == 0)
		number->negative = false;
	return digits;
}

size_t
jcs_number_size(const JcsDecimal *number)
{
	size_t		scale = number->exponent < 0 ? -number->exponent : number->exponent;

	/* sign, "0.", digits, zeros on one side, and an exponent's "e+1234" */
	return 16 + number->count + scale;
}

static char *
put_digits(char *out, const JcsDecimal *number)
{
	for (size_t i = 0; i < number->digits_end; i++)
	{
		if (number->digits[i] != '.')
			*out++ = number->digits[i];
	}
	return out;
}

/* d.ddde+xx, as printf's %e writes it. */
static void
put_scientific(char *out, size_t size, const JcsDecimal *number)
{
	char	   *p = out;

	for (size_t i = 0; i < number->digits_end; i++)
	{
		if (number->digits[i] == '.')
			continue;
		*p++ = number->digits[i];
		if (p == out + 1 && number->count > 1)
			*p++ = '.';
	}
	snprintf(p, size - (p - out), "e%+03ld", number->exponent - 1);
}

/*
 * Do the first digits of a double's exact decimal read back as that double, as
 * they are or with the last one moved up?
 */
static bool
reads_back(double value, const char *exact, int digits, bool up)
{
	char		text[64];
	char	   *end = text + (digits > 1 ? digits + 2 : 2);

	text[0] = '0';				/* for a carry */
	memcpy(text + 1, exact, end - text - 1);
	for (char *p = end - 1; up; p--)
	{
		if (*p == '.')
			continue;
		up = *p == '9';
		*p = up ? '0' : *p + 1;
	}
	strcpy(end, strchr(exact, 'e'));
	return strtod(text, NULL) == value;
}

/*
 * Is this number what ECMAScript writes for the nearest double: of all decimals
 * that read back as it the shortest, and of those the closest?  Of up to 15
 * digits in the normal range that is always so; otherwise it is tried.  (Below
 * a power of two, doubles lie closer together than above: there the closest of
 * that length may be the one that does not read back.)
 */
static bool
double_holds(const JcsDecimal *number)
{
	char		text[64];
	char		closest[64];
	char		exact[EXACT_DIGITS + 16];
	double		value;

	if (number->count <= 15 && number->exponent > -300 && number->exponent < 300)
		return true;
	if (number->count > 17)
		return false;
	put_scientific(text, sizeof(text), number);
	value = strtod(text, NULL);
	if (value == 0 || value > 1.7976931348623157e308)
		return false;

	snprintf(exact, sizeof(exact), "%.*e", EXACT_DIGITS - 1, value);
	if (number->count > 1 && (reads_back(value, exact, number->count - 1, false) ||
							  reads_back(value, exact, number->count - 1, true)))
		return false;
	snprintf(closest, sizeof(closest), "%.*e", (int) number->count - 1, value);
	return strcmp(text, closest) == 0 || strtod(closest, NULL) != value;
}

/* Plain decimal notation: no exponent, no trailing zeros. */
static char *
put_plain(char *out, const JcsDecimal *number)
{
	long		written = 0;

	if (number->exponent <= 0)
	{
		*out++ = '0';
		*out++ = '.';
		memset(out, '0', -number->exponent);
		return put_digits(out - number->exponent, number);
	}
	for (size_t i = 0; i < number->digits_end; i++)
	{
		if (number->digits[i] == '.')
			continue;
		if (written++ == number->exponent)
			*out++ = '.';
		*out++ = number->digits[i];
	}
	for (; written < number->exponent; written++)
		*out++ = '0';
	return out;
}

size_t
jcs_number(char *out, const JcsDecimal *number)
{
	char	   *p = out;

	if (number->count == 0)
	{
		*p = '0';
		return 1;
	}
	if (number->negative)
		*p++ = '-';

	/* ECMA-262 Number::toString: plain from 1e-6 up to below 1e21 */
	if ((number->exponent > -6 && number->exponent <= 21) || !double_holds(number))
		return put_plain(p, number) - out;
	*p++ = number->digits[0];
	if (number->count > 1)
	{
		JcsDecimal	rest = *number;

		rest.digits++;
		rest.digits_end--;
		*p++ = '.';
		p = put_digits(p, &rest);
	}
	p += sprintf(p, "e%+ld", number->exponent - 1);
	return p - out;
}
