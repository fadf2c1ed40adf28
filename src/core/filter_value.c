/*
 * filter_value.c
 *		The values in filters: literals, numbers and strings as JSON has them.
 */
#include "base/utf8.h"
#include "core/filter_value.h"
#include "core/filter_words.h"

#include <stddef.h>

/* A number of a resource has no more digits than this, so nothing equals a longer one. */
#define MAX_NUMBER 400

/* ---- strings ---- */

static int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* The four digits behind \u, or -1. */
static int
read_hex(const Parse *p, int at)
{
	int			code = 0;

	for (int i = 0; i < 4; i++)
	{
		int			digit = hex_digit(peek(p, at + i));

		if (digit < 0)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

static void
put_byte(Parse *p, int byte)
{
	p->bytes[p->byte_count++] = (char) byte;
}

/* \uXXXX, at the backslash; moves behind it, or behind both of a pair. */
static bool
read_unicode(Parse *p)
{
	int			start = p->at;
	int			code = read_hex(p, start + 2);
	int			low;

	if (code < 0)
		return refuse(p, SCIM_FILTER_BAD_ESCAPE, start);
	if (code == 0)
		return refuse(p, SCIM_FILTER_NUL, start);
	p->at += 6;
	if (code >= 0xD800 && code <= 0xDFFF)
	{
		low = peek(p, p->at) == '\\' && peek(p, p->at + 1) == 'u' ? read_hex(p, p->at + 2) : -1;
		if (code >= 0xDC00 || low < 0xDC00 || low > 0xDFFF)
			return refuse(p, SCIM_FILTER_LONE_SURROGATE, start);
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
		p->at += 6;
	}
	p->byte_count += scim_put_utf8(p->bytes + p->byte_count, code);
	return true;
}

static bool
read_escape(Parse *p, char quote)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	char		c = peek(p, p->at + 1);
	const char *found = c != '\0' ? strchr(names, c) : NULL;

	if (c == 'u')
		return read_unicode(p);
	if (!found && c != quote)
		return refuse(p, SCIM_FILTER_BAD_ESCAPE, p->at);
	put_byte(p, found ? meant[found - names] : quote);
	p->at += 2;
	return true;
}

/* A string of JSON; when lenient, in single quotes as well. */
static bool
parse_string(Parse *p, char quote)
{
	int			start = p->at++;

	for (;;)
	{
		unsigned char c = peek(p, p->at);

		if (p->at >= p->length)
			return refuse(p, SCIM_FILTER_UNTERMINATED, start);
		if (c == (unsigned char) quote)
			break;
		if (c < 0x20)
			return refuse(p, SCIM_FILTER_CONTROL, p->at);
		if (c != '\\')
		{
			put_byte(p, c);
			p->at++;
		}
		else if (!read_escape(p, quote))
			return false;
	}
	p->at++;
	return true;
}

/* ---- numbers ---- */

/* Behind the digits from there. */
static const char *
behind_digits(const char *c, const char *end)
{
	while (c < end && is_digit(*c))
		c++;
	return c;
}

static bool
is_number(const char *text, int length)
{
	const char *c = text;
	const char *end = text + length;
	const char *digits;

	if (c < end && *c == '-')
		c++;
	digits = c;
	c = behind_digits(c, end);
	if (c == digits || (*digits == '0' && c > digits + 1))
		return false;
	if (c < end && *c == '.')
	{
		digits = ++c;
		c = behind_digits(c, end);
		if (c == digits)
			return false;
	}
	if (c < end && (*c | 0x20) == 'e')
	{
		c++;
		if (c < end && (*c == '+' || *c == '-'))
			c++;
		digits = c;
		c = behind_digits(c, end);
		if (c == digits)
			return false;
	}
	return c == end;
}

/* Would a number of JSON have too many digits, written in full? */
static bool
is_long_number(const char *text, int length)
{
	int			exponent = 0;
	int			i = 0;

	while (i < length && (text[i] | 0x20) != 'e')
		i++;
	for (int j = i + 1; j < length; j++)
	{
		if (is_digit(text[j]) && exponent <= MAX_NUMBER)
			exponent = exponent * 10 + text[j] - '0';
	}
	return i + exponent > MAX_NUMBER;
}

bool
scim_is_filter_number(const char *text, int length)
{
	return is_number(text, length) && !is_long_number(text, length);
}

/* ---- any value ---- */

/* true, false, null, a number; lenient: in any case, and everything else as a string. */
static bool
parse_bare_value(Parse *p, ScimFilterNode *node)
{
	static const char *const words[] = {
		[SCIM_VALUE_NULL] = "null", [SCIM_VALUE_TRUE] = "true", [SCIM_VALUE_FALSE] = "false"
	};
	ScimSpan	span = {p->at, 0};
	const char *text = p->text + p->at;

	while (p->at < p->length && (unsigned char) p->text[p->at] > 0x20 &&
		   !strchr("()[]\"", p->text[p->at]))
		p->at++;
	span.length = p->at - span.start;
	if (span.length == 0)
		return refuse(p, SCIM_FILTER_NO_VALUE, span.start);
	memcpy(p->bytes + p->byte_count, text, span.length);
	p->byte_count += span.length;

	for (int i = SCIM_VALUE_NULL; i <= SCIM_VALUE_FALSE; i++)
	{
		if (!is_word(p, span, words[i]))
			continue;
		if (!p->lenient && memcmp(text, words[i], span.length) != 0)
			return refuse(p, SCIM_FILTER_LITERAL_CASE, span.start);
		node->value_kind = i;
		return true;
	}
	if (is_number(text, span.length))
	{
		if (is_long_number(text, span.length))
			return refuse(p, SCIM_FILTER_LONG_NUMBER, span.start);
		node->value_kind = SCIM_VALUE_NUMBER;
		return true;
	}
	if (!p->lenient)
		return refuse(p, is_digit(*text) || strchr("+-.", *text) ?
					  SCIM_FILTER_BAD_NUMBER : SCIM_FILTER_UNQUOTED, span.start);
	node->value_kind = SCIM_VALUE_STRING;
	return true;
}

bool
scim_filter_parse_value(Parse *p, ScimFilterNode *node)
{
	char		c = peek(p, p->at);

	node->value_span.start = p->at;
	node->value = p->bytes + p->byte_count;
	if (c == '\'' && !p->lenient)
		return refuse(p, SCIM_FILTER_SINGLE_QUOTED, p->at);
	if (c == '"' || c == '\'')
	{
		node->value_kind = SCIM_VALUE_STRING;
		if (!parse_string(p, c))
			return false;
	}
	else if (!parse_bare_value(p, node))
		return false;
	put_byte(p, '\0');
	node->value_span.length = p->at - node->value_span.start;
	return true;
}
