/*
 * filter_parse.c
 *		Filters and attribute paths as text (RFC 7644 figures 1 and 7), taken
 *		apart into nodes; entry points scim_parse_filter and scim_parse_path.
 *
 * A recursive descent, one function a rule; the depth is bounded.  Strictly it
 * is the grammar and nothing else, but for the space that the RFC's own
 * examples have between "not" and "(", and for "$" in names (RFC 7643 section
 * 2.1).  What is accepted beyond that when lenient is marked so.
 */
#include "core/filter_parse.h"

#include <stddef.h>
#include <string.h>

/* A number of a resource has no more digits than this, so nothing equals a longer one. */
#define MAX_NUMBER 400

typedef ScimFilterParse Parse;

static int	parse_or(Parse *p);

/* ---- errors ---- */

static const char *const problems[] = {
	[SCIM_FILTER_OK] = "nothing is wrong",
	[SCIM_FILTER_EMPTY] = "there is nothing here; the name of an attribute, such as userName, is expected first",
	[SCIM_FILTER_TOO_LONG] = "it has more than 16384 bytes",
	[SCIM_FILTER_TOO_MANY_TERMS] = "it has more than 256 conditions",
	[SCIM_FILTER_TOO_DEEP] = "it is nested more than 64 deep",
	[SCIM_FILTER_NO_ATTRIBUTE] = "the name of an attribute, not, or ( is expected here",
	[SCIM_FILTER_BAD_NAME] = "this is no attribute's name: letters, digits, -, _ and $, a letter first, and at most one sub-attribute behind a dot (name.givenName)",
	[SCIM_FILTER_NO_OPERATOR] = "an operator is expected here: eq, ne, co, sw, ew, gt, ge, lt, le or pr",
	[SCIM_FILTER_NO_VALUE] = "a value is expected here: a \"string\", a number, true, false or null",
	[SCIM_FILTER_UNQUOTED] = "this value is no number, true, false or null; a string stands in double quotes",
	[SCIM_FILTER_SINGLE_QUOTED] = "a string stands in double quotes, not in single ones",
	[SCIM_FILTER_LITERAL_CASE] = "true, false and null are written in lower case",
	[SCIM_FILTER_BAD_NUMBER] = "this is no number as in JSON, such as -1.5e3",
	[SCIM_FILTER_LONG_NUMBER] = "the number has more than 400 digits",
	[SCIM_FILTER_UNTERMINATED] = "this string is never closed; a double quote is expected at its end",
	[SCIM_FILTER_CONTROL] = "a control character stands in a string as an escape, such as \\n or \\u0007",
	[SCIM_FILTER_BAD_ESCAPE] = "this is no escape; those of JSON are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits",
	[SCIM_FILTER_LONE_SURROGATE] = "this is half of a surrogate pair; both halves are expected, as in \\ud83d\\ude00",
	[SCIM_FILTER_NUL] = "\\u0000 cannot be stored, so no value has it",
	[SCIM_FILTER_NO_SPACE] = "a space is expected here",
	[SCIM_FILTER_EXTRA_SPACE] = "no space, or no second one, is expected here",
	[SCIM_FILTER_NOT_CLOSED] = "a ( is never closed; ) is expected here",
	[SCIM_FILTER_BRACKET_NOT_CLOSED] = "a [ is never closed; ] is expected here",
	[SCIM_FILTER_NESTED_BRACKET] = "[ cannot stand inside of [ ]",
	[SCIM_FILTER_BEHIND_BRACKET] = "a filter does not go on behind ]; put the condition into the brackets, with and",
	[SCIM_FILTER_BARE_NOT] = "not is followed by parentheses: not (...)",
	[SCIM_FILTER_TRAILING] = "and, or, or the end is expected here",
	[SCIM_FILTER_BAD_PATH] = "the path goes on behind its end; it is an attribute, one sub-attribute behind a dot, and one [filter] at most"
};

const char *
scim_filter_problem(ScimFilterError error)
{
	return problems[error];
}

int
scim_filter_position(const char *text, int start)
{
	int			position = 1;

	for (int i = 0; i < start; i++)
		position += ((unsigned char) text[i] & 0xC0) != 0x80;
	return position;
}

/* The first error is the one that counts.  Returns -1, which is no node. */
static int
fail(Parse *p, ScimFilterError error, int start)
{
	if (p->error == SCIM_FILTER_OK)
	{
		p->error = error;
		p->error_start = start;
	}
	return -1;
}

static bool
refuse(Parse *p, ScimFilterError error, int start)
{
	fail(p, error, start);
	return false;
}

/* ---- characters and words ---- */

/* The character at a place, or a zero byte at the end. */
static inline char
peek(const Parse *p, int at)
{
	return at < p->length ? p->text[at] : '\0';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool
is_name_start(char c)
{
	return is_letter(c) || c == '$' || c == '_';
}

static inline bool
is_name_char(char c)
{
	return is_name_start(c) || is_digit(c) || c == '-';
}

/* What a path may consist of: names, dots, and a URN in front; the rest is taken in to be refused as a whole. */
static inline bool
is_path_char(char c)
{
	return is_name_char(c) || (c & 0x80) != 0 || (c != '\0' && strchr(".:/%@+~*!&=;,?#<>|{}^`", c));
}

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Keywords and operators have no case (RFC 5234). */
static bool
is_word(const Parse *p, ScimSpan span, const char *word)
{
	if (span.length != (int) strlen(word))
		return false;
	for (int i = 0; i < span.length; i++)
	{
		if ((p->text[span.start + i] | 0x20) != word[i])
			return false;
	}
	return true;
}

/* The name that begins there; length 0: none. */
static ScimSpan
word_at(const Parse *p, int at)
{
	ScimSpan	span = {at, 0};

	while (at + span.length < p->length && is_name_char(p->text[at + span.length]))
		span.length++;
	return span;
}

static int
behind_blanks(const Parse *p, int at)
{
	while (at < p->length && is_blank(p->text[at]))
		at++;
	return at;
}

/* Where nothing separates.  Lenient: blanks do not matter. */
static bool
no_space(Parse *p)
{
	if (p->lenient)
		p->at = behind_blanks(p, p->at);
	else if (is_blank(peek(p, p->at)))
		fail(p, SCIM_FILTER_EXTRA_SPACE, p->at);
	return p->error == SCIM_FILTER_OK;
}

/* Where one space separates.  Lenient: blanks do not matter. */
static bool
one_space(Parse *p)
{
	if (!p->lenient && peek(p, p->at) != ' ')
		fail(p, SCIM_FILTER_NO_SPACE, p->at);
	else if (!p->lenient)
		p->at++;
	return p->error == SCIM_FILTER_OK && no_space(p);
}

/* ---- nodes ---- */

/* Index of a new node, or -1. */
static int
new_node(Parse *p, ScimFilterKind kind, int start)
{
	ScimFilterNode *node;

	/* of COMPARE, PRESENT and NOT there are so many; of the others, no more than of these */
	if (kind >= SCIM_FILTER_NOT && kind <= SCIM_FILTER_PRESENT && ++p->terms > SCIM_FILTER_MAX_TERMS)
		return fail(p, SCIM_FILTER_TOO_MANY_TERMS, start);
	node = &p->nodes[p->node_count];
	memset(node, 0, sizeof(*node));
	node->kind = kind;
	node->start = start;
	node->left = node->right = -1;
	return p->node_count++;
}

static int
new_pair(Parse *p, ScimFilterKind kind, int left, int right)
{
	int			i;

	if (left < 0 || right < 0)
		return -1;
	i = new_node(p, kind, p->nodes[left].start);
	p->nodes[i].left = left;
	p->nodes[i].right = right;
	return i;
}

/* ---- values ---- */

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

static void
put_utf8(Parse *p, int code)
{
	if (code < 0x80)
		put_byte(p, code);
	else
	{
		if (code < 0x800)
			put_byte(p, 0xC0 | code >> 6);
		else
		{
			if (code < 0x10000)
				put_byte(p, 0xE0 | code >> 12);
			else
			{
				put_byte(p, 0xF0 | code >> 18);
				put_byte(p, 0x80 | (code >> 12 & 0x3F));
			}
			put_byte(p, 0x80 | (code >> 6 & 0x3F));
		}
		put_byte(p, 0x80 | (code & 0x3F));
	}
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
	put_utf8(p, code);
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

static bool
parse_value(Parse *p, ScimFilterNode *node)
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

/* ---- attributes ---- */

/* Checks the names from there to the end of the span: "most" of them, with dots between. */
static bool
check_names(Parse *p, int at, int end, int most)
{
	for (int i = 0; i < most; i++)
	{
		ScimSpan	name = word_at(p, at);

		if (name.length == 0 || !is_name_start(p->text[at]))
			break;
		at += name.length;
		if (at == end)
			return true;
		if (p->text[at] != '.' || i + 1 == most)
			break;
		at++;
	}
	return refuse(p, SCIM_FILTER_BAD_NAME, at);
}

/*
 * attrPath.  Where a URN ends only the schemas tell: behind the last colon may
 * stand the end of a URN that has dots ("...:2.0").
 */
static bool
parse_attribute(Parse *p, ScimSpan *path)
{
	int			start = p->at;
	int			name = start;

	if (!is_name_start(peek(p, start)))
		return refuse(p, start < p->length && is_path_char(p->text[start]) ?
					SCIM_FILTER_BAD_NAME : SCIM_FILTER_NO_ATTRIBUTE, start);
	while (p->at < p->length && is_path_char(p->text[p->at]))
	{
		if (p->text[p->at++] == ':')
			name = p->at;
	}
	path->start = start;
	path->length = p->at - start;
	if (name == start)
		return check_names(p, name, p->at, 2);
	for (int i = start; i < p->at; i++)
	{
		char		c = p->text[i];

		if ((c & 0x80) != 0 || (i >= name && !is_name_char(c) && c != '.'))
			return refuse(p, SCIM_FILTER_BAD_NAME, i);
	}
	if (name == p->at || p->text[p->at - 1] == '.')
		return refuse(p, SCIM_FILTER_BAD_NAME, p->at);
	return true;
}

/* One of the operators, "pr" among them; -1: something else. */
static int
read_operator(const Parse *p, ScimSpan word)
{
	static const char *const names[] = {
		[SCIM_EQ] = "eq", [SCIM_NE] = "ne", [SCIM_CO] = "co", [SCIM_SW] = "sw", [SCIM_EW] = "ew",
		[SCIM_GT] = "gt", [SCIM_GE] = "ge", [SCIM_LT] = "lt", [SCIM_LE] = "le", [SCIM_LE + 1] = "pr"
	};

	for (int i = 0; i <= SCIM_LE + 1; i++)
	{
		if (is_word(p, word, names[i]))
			return i;
	}
	return -1;
}

/* What stands behind the attribute of an attrExp: "pr", or an operator and a value. */
static int
parse_comparison(Parse *p, ScimSpan path)
{
	ScimSpan	word;
	int			op;
	int			i;

	if (is_blank(peek(p, p->at)) && !one_space(p))
		return -1;
	word = word_at(p, p->at);
	op = read_operator(p, word);
	if (op < 0)
		return fail(p, SCIM_FILTER_NO_OPERATOR, p->at);
	i = new_node(p, op > SCIM_LE ? SCIM_FILTER_PRESENT : SCIM_FILTER_COMPARE, path.start);
	if (i < 0)
		return -1;
	p->at += word.length;
	p->nodes[i].path = path;
	p->nodes[i].op_span = word;
	if (op > SCIM_LE)
		return i;
	p->nodes[i].op = op;
	if (p->at == p->length)
		return fail(p, SCIM_FILTER_NO_VALUE, p->at);
	if (!one_space(p) || !parse_value(p, &p->nodes[i]))
		return -1;
	return i;
}

/* ---- conditions ---- */

static bool
enter(Parse *p)
{
	if (++p->depth > SCIM_FILTER_MAX_DEPTH)
		fail(p, SCIM_FILTER_TOO_DEEP, p->at);
	return p->error == SCIM_FILTER_OK;
}

/* The end of the filter ('\0'), of parentheses or of brackets. */
static bool
leave(Parse *p, char closing)
{
	int			next = behind_blanks(p, p->at);
	bool		closes = next == p->length ? closing == '\0' : p->text[next] == closing && closing;

	if (closes)
	{
		if (!no_space(p))
			return false;
		p->at += closing != '\0';
		p->depth--;
		return true;
	}
	if (next < p->length)
		return refuse(p, SCIM_FILTER_TRAILING, next);
	return refuse(p, closing == ')' ? SCIM_FILTER_NOT_CLOSED : SCIM_FILTER_BRACKET_NOT_CLOSED,
				p->at);
}

/* "(" FILTER ")" */
static int
parse_group(Parse *p)
{
	int			inner;

	if (!enter(p))
		return -1;
	p->at++;
	inner = parse_or(p);
	return inner >= 0 && leave(p, ')') ? inner : -1;
}

/* "[" valFilter "]": index of the filter. */
static int
parse_brackets(Parse *p)
{
	int			inner;

	if (p->in_brackets)
		return fail(p, SCIM_FILTER_NESTED_BRACKET, p->at);
	p->in_brackets = true;
	if (!enter(p))
		return -1;
	p->at++;
	inner = parse_or(p);
	if (inner < 0 || !leave(p, ']'))
		return -1;
	p->in_brackets = false;
	return inner;
}

/* ".name" behind the brackets. */
static bool
parse_sub(Parse *p, ScimSpan *sub)
{
	*sub = word_at(p, ++p->at);
	p->at += sub->length;
	return check_names(p, sub->start, p->at, 1);
}

/* attrExp or valuePath; lenient: valuePath "." sub-attribute, op, value means the same element. */
static int
parse_attribute_expression(Parse *p)
{
	int			start = p->at;
	ScimSpan	path;
	ScimSpan	sub;
	int			inner;
	int			i;

	if (!parse_attribute(p, &path))
		return -1;
	if (p->lenient && peek(p, behind_blanks(p, p->at)) == '[')
		p->at = behind_blanks(p, p->at);
	if (peek(p, p->at) != '[')
		return parse_comparison(p, path);

	inner = parse_brackets(p);
	if (inner < 0)
		return -1;
	if (peek(p, p->at) == '.')
	{
		if (!p->lenient)
			return fail(p, SCIM_FILTER_BEHIND_BRACKET, p->at);
		if (!parse_sub(p, &sub))
			return -1;
		inner = new_pair(p, SCIM_FILTER_AND, inner, parse_comparison(p, sub));
		if (inner < 0)
			return -1;
	}
	i = new_node(p, SCIM_FILTER_VALUE_PATH, start);
	p->nodes[i].path = path;
	p->nodes[i].left = inner;
	return i;
}

/*
 * Does "not" at this place negate?  It is the name of an attribute where an
 * operator follows.
 */
static bool
is_negation(const Parse *p)
{
	ScimSpan	word = word_at(p, p->at);
	int			next = behind_blanks(p, p->at + word.length);
	char		c = peek(p, p->at + word.length);

	return is_word(p, word, "not") && c != '.' && c != ':' && c != '[' &&
		read_operator(p, word_at(p, next)) < 0;
}

static int
parse_term(Parse *p)
{
	int			start;
	int			inner;
	int			i;

	if (!no_space(p))
		return -1;
	start = p->at;
	if (peek(p, start) == '(')
		return parse_group(p);
	if (!is_negation(p))
		return parse_attribute_expression(p);

	p->at += strlen("not");
	if (p->lenient)
		p->at = behind_blanks(p, p->at);
	else if (peek(p, p->at) == ' ' && !one_space(p))
		return -1;
	if (peek(p, p->at) == '(')
		inner = parse_group(p);
	else if (!p->lenient)
		return fail(p, SCIM_FILTER_BARE_NOT, start);
	else if (enter(p))
	{
		inner = parse_term(p);
		p->depth--;
	}
	else
		return -1;
	i = inner < 0 ? -1 : new_node(p, SCIM_FILTER_NOT, start);
	if (i >= 0)
		p->nodes[i].left = inner;
	return i;
}

/* Does that word come next, behind blanks or not?  Then it is taken. */
static bool
take_connective(Parse *p, const char *word)
{
	ScimSpan	span = word_at(p, behind_blanks(p, p->at));

	if (p->error != SCIM_FILTER_OK || !is_word(p, span, word) || !one_space(p))
		return false;
	p->at += span.length;
	if (p->at == p->length)
		return refuse(p, SCIM_FILTER_NO_ATTRIBUTE, p->at);
	return one_space(p);
}

static int
parse_and(Parse *p)
{
	int			left = parse_term(p);

	while (left >= 0 && take_connective(p, "and"))
		left = new_pair(p, SCIM_FILTER_AND, left, parse_term(p));
	return p->error == SCIM_FILTER_OK ? left : -1;
}

static int
parse_or(Parse *p)
{
	int			left = parse_and(p);

	while (left >= 0 && take_connective(p, "or"))
		left = new_pair(p, SCIM_FILTER_OR, left, parse_and(p));
	return p->error == SCIM_FILTER_OK ? left : -1;
}

/* ---- entry points ---- */

static bool
begin(Parse *p)
{
	p->root = -1;
	p->path.start = p->path.length = p->sub.start = p->sub.length = 0;
	p->error = SCIM_FILTER_OK;
	p->error_start = 0;
	p->in_brackets = false;
	p->at = p->node_count = p->byte_count = p->terms = 0;
	p->depth = 0;
	if (p->length > SCIM_FILTER_MAX_LENGTH)
		fail(p, SCIM_FILTER_TOO_LONG, 0);
	else if (p->length == 0)
		fail(p, SCIM_FILTER_EMPTY, 0);
	return p->error == SCIM_FILTER_OK;
}

bool
scim_parse_filter(ScimFilterParse *p)
{
	if (!begin(p))
		return false;
	p->root = parse_or(p);
	return p->root >= 0 && leave(p, '\0');
}

bool
scim_parse_path(ScimFilterParse *p)
{
	if (!begin(p) || !parse_attribute(p, &p->path))
		return false;
	if (peek(p, p->at) == '[')
	{
		p->root = parse_brackets(p);
		if (p->root < 0)
			return false;
		if (peek(p, p->at) == '.' && !parse_sub(p, &p->sub))
			return false;
	}
	if (p->at < p->length)
		fail(p, SCIM_FILTER_BAD_PATH, p->at);
	return p->error == SCIM_FILTER_OK;
}
