/*
 * uri.c
 *		URIs (RFC 3986): what is one, which resource a SCIM URI leads to, and ids
 *		in them.
 */
#include "base/ascii.h"
#include "base/uri.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != 0;
}

/*
 * The length of "scheme:" at the start; 0: there is none, -1: there is a colon
 * where only a scheme's may be.
 */
static int
scheme_length(const char *text, int length)
{
	for (int i = 0; i < length; i++)
	{
		if (text[i] == ':')
			return i > 0 && is_one_of(text[0], LETTERS) ? i + 1 : -1;
		if (is_one_of(text[i], "/?#"))
			return 0;
		if (!is_one_of(text[i], LETTERS DIGITS "+-."))
		{
			/* no scheme; then the first segment has no colon */
			while (i < length && !is_one_of(text[i], "/?#:"))
				i++;
			return i < length && text[i] == ':' ? -1 : 0;
		}
	}
	return 0;
}

bool
scim_is_uri(const char *text, int length, bool absolute)
{
	int			scheme = scheme_length(text, length);

	if (length == 0 || scheme < 0 || scheme == length || (absolute && scheme == 0))
		return false;
	for (int i = 0; i < length; i++)
	{
		if (text[i] == '%')
		{
			if (i + 2 >= length || !is_one_of(text[i + 1], HEX) || !is_one_of(text[i + 2], HEX))
				return false;
		}
		else if (!is_one_of(text[i], LETTERS DIGITS "-._~:/?#[]@!$&'()*+,;="))
			return false;
	}
	return true;
}

const char *
scim_uri_collection(const char *text, int length, int *collection_length)
{
	int			end = 0;
	int			start;

	/* the path ends where the query or the fragment begins */
	while (end < length && !is_one_of(text[end], "?#"))
		end++;
	while (end > 0 && text[end - 1] != '/')
		end--;
	if (end == 0)
		return 0;
	start = --end;
	while (start > 0 && text[start - 1] != '/')
		start--;
	*collection_length = end - start;
	return end > start ? text + start : 0;
}

/* ---- ids in URIs ---- */

/* Every byte becomes %XX but letters, digits and those that are kept. */
static int
encode(const char *text, int length, const char *kept, char *out)
{
	static const char hex[] = "0123456789ABCDEF";
	char	   *p = out;

	for (int i = 0; i < length; i++)
	{
		unsigned char c = text[i];

		if (is_letter(c) || is_digit(c) || is_one_of(c, kept))
		{
			*p++ = c;
			continue;
		}
		*p++ = '%';
		*p++ = hex[c >> 4];
		*p++ = hex[c & 15];
	}
	*p = '\0';
	return p - out;
}

int
scim_uri_encode(const char *text, int length, char *out)
{
	return encode(text, length, "-._~:@", out);
}

int
scim_uri_encode_host(const char *text, int length, char *out)
{
	return encode(text, length, "-._~", out);
}

bool
scim_uri_is_step(const char *text)
{
	return strcmp(text, ".") == 0 || strcmp(text, "..") == 0;
}

static int
hex_digit(char c)
{
	const char *found = is_one_of(c, HEX) ? strchr(HEX, c) : 0;
	int			digit = found ? (int) (found - HEX) : -1;

	/* the upper case stands behind the lower */
	return digit > 15 ? digit - 6 : digit;
}

/* In its place; "refused" are characters that may not stand there as they are. */
static bool
decode(char *text, const char *refused, bool plus_is_space)
{
	char	   *out = text;

	for (const char *p = text; *p; p++)
	{
		int			high;
		int			low;

		if (is_one_of(*p, refused))
			return false;
		if (*p != '%')
		{
			*out++ = plus_is_space && *p == '+' ? ' ' : *p;
			continue;
		}
		high = hex_digit(p[1]);
		low = high < 0 ? -1 : hex_digit(p[2]);
		if (low < 0 || high + low == 0)
			return false;
		*out++ = (char) (high << 4 | low);
		p += 2;
	}
	*out = '\0';
	return true;
}

bool
scim_uri_decode(char *segment)
{
	return decode(segment, "/?#", false);
}

bool
scim_uri_decode_query(char *text)
{
	return decode(text, "", true);
}
