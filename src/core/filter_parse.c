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
#include "core/filter_value.h"
#include "core/filter_words.h"

#include <stddef.h>

static int	parse_or(Parse *p);

/* ---- errors ---- */

static const char *const problems[] =
{[SCIM_FILTER_OK] = "nothing is wrong",
	[SCIM_FILTER_EMPTY] = "there is nothing here; the name of an attribute, such as userName, is "
	"expected first",
	[SCIM_FILTER_TOO_LONG] = "it has more than 16384 bytes",
	[SCIM_FILTER_TOO_MANY_TERMS] = "it has more than 256 conditions",
	[SCIM_FILTER_TOO_DEEP] = "it is nested more than 64 deep",
	[SCIM_FILTER_NO_ATTRIBUTE] = "the name of an attribute, not, or ( is expected here",
	[SCIM_FILTER_BAD_NAME] = "this is no attribute's name: letters, digits, -, _ and $, a letter "
	"first, and at most one sub-attribute behind a dot (name.givenName)",
	[SCIM_FILTER_NO_OPERATOR] = "an operator is expected here: eq, ne, co, sw, ew, gt, ge, lt, le "
	"or pr",
	[SCIM_FILTER_NO_VALUE] = "a value is expected here: a \"string\", a number, true, false or "
	"null",
	[SCIM_FILTER_UNQUOTED] = "this value is no number, true, false or null; a string stands in "
	"double quotes",
	[SCIM_FILTER_SINGLE_QUOTED] = "a string stands in double quotes, not in single ones",
	[SCIM_FILTER_LITERAL_CASE] = "true, false and null are written in lower case",
	[SCIM_FILTER_BAD_NUMBER] = "this is no number as in JSON, such as -1.5e3",
	[SCIM_FILTER_LONG_NUMBER] = "the number has more than 400 digits",
	[SCIM_FILTER_UNTERMINATED] = "this string is never closed; a double quote is expected at its "
	"end",
	[SCIM_FILTER_CONTROL] = "a control character stands in a string as an escape, such as \\n or "
	"\\u0007",
	[SCIM_FILTER_BAD_ESCAPE] = "this is no escape; those of JSON are \\\" \\\\ \\/ \\b \\f \\n "
	"\\r \\t and \\u with four hexadecimal digits",
	[SCIM_FILTER_LONE_SURROGATE] = "this is half of a surrogate pair; both halves are expected, "
	"as in \\ud83d\\ude00",
	[SCIM_FILTER_NUL] = "\\u0000 cannot be stored, so no value has it",
	[SCIM_FILTER_NO_SPACE] = "a space is expected here",
	[SCIM_FILTER_EXTRA_SPACE] = "no space, or no second one, is expected here",
	[SCIM_FILTER_NOT_CLOSED] = "a ( is never closed; ) is expected here",
	[SCIM_FILTER_BRACKET_NOT_CLOSED] = "a [ is never closed; ] is expected here",
	[SCIM_FILTER_NESTED_BRACKET] = "[ cannot stand inside of [ ]",
	[SCIM_FILTER_BEHIND_BRACKET] = "a filter does not go on behind ]; put the condition into the "
	"brackets, with and",
	[SCIM_FILTER_BARE_NOT] = "not is followed by parentheses: not (...)",
	[SCIM_FILTER_TRAILING] = "and, or, or the end is expected here",
	[SCIM_FILTER_BAD_PATH] = "the path goes on behind its end; it is an attribute, one "
"sub-attribute behind a dot, and one [filter] at most"};

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

/* ---- nodes ---- */

/* Index of a new node, or -1. */
static int
new_node(Parse *p, ScimFilterKind kind, int start)
{
	ScimFilterNode *node;

	/* of COMPARE, PRESENT and NOT there are so many; of the others, no more than of these */
	if (kind >= SCIM_FILTER_NOT && kind <= SCIM_FILTER_PRESENT &&
		++p->terms > SCIM_FILTER_MAX_TERMS)
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
	if (!one_space(p) || !scim_filter_parse_value(p, &p->nodes[i]))
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
