/*
 * scan.c
 *		Byte spans of one JSON-RPC line, without recursion and without copies.
 *
 * Entry points: scan_message, scan_members, scan_utf8, scan_is_integer.
 */
#include "scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plain.h"

/* Nesting that needs no allocation: eight levels for each byte. */
#define INLINE_STACK 64

typedef struct Scanner
{
	const char *at;				/* next byte to read */
	const char *end;			/* one past the last byte */
	uint8_t    *stack;			/* one bit for each open bracket: 1 = object */
	size_t		stack_size;		/* bytes in stack */
	uint8_t		inline_stack[INLINE_STACK]; /* the stack until it grows */
} Scanner;

static void
scanner_begin(Scanner *s, const char *text, size_t length)
{
	s->at = text;
	s->end = text + length;
	s->stack = s->inline_stack;
	s->stack_size = sizeof(s->inline_stack);
}

static void
scanner_end(Scanner *s)
{
	if (s->stack != s->inline_stack)
		free(s->stack);
}

/* Remember the kind of the bracket at that depth (0 = outermost). */
static bool
stack_push(Scanner *s, size_t depth, bool object)
{
	size_t		byte = depth / 8;
	uint8_t		bit = (uint8_t) (1u << (depth % 8));

	if (byte >= s->stack_size)
	{
		/* depth is bounded by the length of the line, so this cannot wrap */
		size_t		size = s->stack_size * 2;
		uint8_t    *stack = malloc(size);

		if (stack == NULL)
			return false;
		memcpy(stack, s->stack, s->stack_size);
		scanner_end(s);
		s->stack = stack;
		s->stack_size = size;
	}
	if (depth % 8 == 0)
		s->stack[byte] = 0;
	if (object)
		s->stack[byte] |= bit;
	else
		s->stack[byte] &= (uint8_t) ~bit;
	return true;
}

static bool
stack_is_object(const Scanner *s, size_t depth)
{
	return (s->stack[depth / 8] >> (depth % 8)) & 1;
}

static inline void
skip_blanks(Scanner *s)
{
	while (s->at < s->end &&
		   (*s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n'))
		s->at++;
}

static inline bool
accept(Scanner *s, char wanted)
{
	if (s->at < s->end && *s->at == wanted)
	{
		s->at++;
		return true;
	}
	return false;
}

/* Length of the well-formed UTF-8 sequence at p (RFC 3629), or 0. */
static size_t
utf8_sequence(const unsigned char *p, const unsigned char *end)
{
	size_t		left = (size_t) (end - p);

#define TAIL(i) ((p[i] & 0xC0) == 0x80)
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		return left >= 2 && TAIL(1) ? 2 : 0;
	if (p[0] >= 0xE0 && p[0] <= 0xEF)
	{
		if (left < 3 || !TAIL(1) || !TAIL(2) ||
			(p[0] == 0xE0 && p[1] < 0xA0) ||	/* overlong */
			(p[0] == 0xED && p[1] > 0x9F))	/* surrogate */
			return 0;
		return 3;
	}
	if (p[0] >= 0xF0 && p[0] <= 0xF4)
	{
		if (left < 4 || !TAIL(1) || !TAIL(2) || !TAIL(3) ||
			(p[0] == 0xF0 && p[1] < 0x90) ||	/* overlong */
			(p[0] == 0xF4 && p[1] > 0x8F))	/* beyond U+10FFFF */
			return 0;
		return 4;
	}
#undef TAIL
	return 0;
}

bool
scan_utf8(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *) text;
	const unsigned char *end = p + length;

	while (p < end)
	{
		size_t		n = utf8_sequence(p, end);

		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The rest of an escape, after its backslash. */
static bool
skip_escape(Scanner *s)
{
	if (s->at >= s->end)
		return false;
	switch (*s->at++)
	{
		case '"':
		case '\\':
		case '/':
		case 'b':
		case 'f':
		case 'n':
		case 'r':
		case 't':
			return true;
		case 'u':
			for (int i = 0; i < 4; i++)
			{
				if (s->at >= s->end || !is_hex(*s->at))
					return false;
				s->at++;
			}
			return true;
		default:
			return false;
	}
}

/* What means itself in a string; what is left may begin with more of it. */
static inline void
skip_plain(Scanner *s)
{
	while ((size_t) (s->end - s->at) >= PLAIN_STEP)
	{
		uint64_t	marks = plain_ascii_marks(plain_word(s->at));

		if (marks != 0)
		{
			s->at += plain_before(marks);
			return;
		}
		s->at += PLAIN_STEP;
	}
}

/* A string, from its opening quote to its closing one. */
static bool
skip_string(Scanner *s)
{
	if (!accept(s, '"'))
		return false;
	for (;;)
	{
		unsigned char c;

		skip_plain(s);
		if (s->at >= s->end)
			return false;
		c = (unsigned char) *s->at;

		if (c == '"')
		{
			s->at++;
			return true;
		}
		if (c < 0x20)
			return false;
		if (c == '\\')
		{
			s->at++;
			if (!skip_escape(s))
				return false;
		}
		else if (c < 0x80)
			s->at++;
		else
		{
			size_t		n = utf8_sequence((const unsigned char *) s->at,
										  (const unsigned char *) s->end);

			if (n == 0)
				return false;
			s->at += n;
		}
	}
}

static bool
skip_digits(Scanner *s)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > start;
}

static bool
skip_number(Scanner *s)
{
	(void) accept(s, '-');
	if (!accept(s, '0') && !skip_digits(s))
		return false;
	if (accept(s, '.') && !skip_digits(s))
		return false;
	if (accept(s, 'e') || accept(s, 'E'))
	{
		if (!accept(s, '+'))
			(void) accept(s, '-');
		return skip_digits(s);
	}
	return true;
}

static bool
skip_word(Scanner *s, const char *word)
{
	size_t		length = strlen(word);

	if ((size_t) (s->end - s->at) < length || memcmp(s->at, word, length) != 0)
		return false;
	s->at += length;
	return true;
}

/* A value that is neither array nor object. */
static bool
skip_scalar(Scanner *s)
{
	if (s->at >= s->end)
		return false;
	switch (*s->at)
	{
		case '"':
			return skip_string(s);
		case 't':
			return skip_word(s, "true");
		case 'f':
			return skip_word(s, "false");
		case 'n':
			return skip_word(s, "null");
		default:
			return skip_number(s);
	}
}

/* A key and its colon; s->at is left before the value. */
static bool
skip_key(Scanner *s, ScanSpan *key)
{
	key->start = s->at;
	if (!skip_string(s))
		return false;
	key->length = (size_t) (s->at - key->start);
	skip_blanks(s);
	if (!accept(s, ':'))
		return false;
	skip_blanks(s);
	return true;
}

/* After a value at that depth: closing brackets, then a comma or the end. */
static bool
after_value(Scanner *s, size_t *depth)
{
	while (*depth > 0)
	{
		bool		object = stack_is_object(s, *depth - 1);
		ScanSpan	key;

		skip_blanks(s);
		if (accept(s, object ? '}' : ']'))
		{
			(*depth)--;
			continue;
		}
		if (!accept(s, ','))
			return false;
		skip_blanks(s);
		return !object || skip_key(s, &key);
	}
	return true;
}

/* Any value, strictly, however deep. */
static bool
skip_value(Scanner *s)
{
	size_t		depth = 0;

	do
	{
		ScanSpan	key;

		if (s->at < s->end && (*s->at == '{' || *s->at == '['))
		{
			bool		object = (*s->at++ == '{');

			skip_blanks(s);
			if (!accept(s, object ? '}' : ']'))
			{
				if (!stack_push(s, depth++, object))
					return false;
				if (object && !skip_key(s, &key))
					return false;
				continue;		/* the first value inside */
			}
		}
		else if (!skip_scalar(s))
			return false;
		if (!after_value(s, &depth))
			return false;
	} while (depth > 0);
	return true;
}

/*
 * An object of which only the extent matters: strings and brackets are
 * followed, all else is passed over.
 */
static bool
skip_extent(Scanner *s)
{
	size_t		depth = 0;

	while (s->at < s->end)
	{
		switch (*s->at++)
		{
			case '{':
			case '[':
				depth++;
				break;
			case '}':
				if (--depth == 0)
					return true;
				break;
			case ']':
				/* the outermost bracket is a brace: a ']' cannot close it */
				if (--depth == 0)
					return false;
				break;
			case '"':
				for (skip_plain(s); s->at < s->end && *s->at != '"'; skip_plain(s))
				{
					if (*s->at++ == '\\' && s->at < s->end)
						s->at++;
				}
				if (!accept(s, '"'))
					return false;
				break;
			default:
				break;
		}
	}
	return false;
}

/* One character of a checked string, unescaped if it is ASCII; else 0x80. */
static unsigned char
next_character(const char **at)
{
	const char *p = *at;
	unsigned int code = 0;

	if (*p != '\\')
	{
		*at = p + 1;
		return (unsigned char) *p;
	}
	if (p[1] != 'u')
	{
		/* none of the names has a character that needs another escape */
		*at = p + 2;
		return p[1] == '/' ? '/' : 0x80;
	}
	for (int i = 2; i < 6; i++)
	{
		unsigned int digit = (unsigned char) p[i];

		code = code * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	*at = p + 6;
	return code < 0x80 ? (unsigned char) code : 0x80;
}

/* Does a checked key (with its quotes) spell that name, escapes or not? */
static bool
key_is(ScanSpan key, const char *name)
{
	const char *at = key.start + 1;
	const char *end = key.start + key.length - 1;
	size_t		length = strlen(name);

	if (memchr(at, '\\', (size_t) (end - at)) == NULL)
		return (size_t) (end - at) == length && memcmp(at, name, length) == 0;
	for (size_t i = 0; i < length; i++)
	{
		if (at >= end || next_character(&at) != (unsigned char) name[i])
			return false;
	}
	return at == end;
}

static ScanMember *
find_member(ScanMember *wanted, ScanSpan key)
{
	for (; wanted->name != NULL; wanted++)
	{
		if (key_is(key, wanted->name))
			return wanted;
	}
	return NULL;
}

/*
 * An object whose wanted members are kept.  Nests as deep as the wanted
 * lists do, that is twice.
 */
static bool
scan_object(Scanner *s, ScanMember *wanted, bool *duplicate)
{
	if (!accept(s, '{'))
		return false;
	skip_blanks(s);
	if (accept(s, '}'))
		return true;
	for (;;)
	{
		ScanSpan	key;
		ScanSpan	value;
		ScanMember *match;
		bool		object;
		bool		ok;

		if (!skip_key(s, &key))
			return false;
		match = find_member(wanted, key);
		value.start = s->at;
		object = s->at < s->end && *s->at == '{';
		if (match != NULL && match->inside != NULL && object &&
			match->span->start == NULL)
			ok = scan_object(s, match->inside, duplicate);
		else if (match != NULL && match->extent_only && object)
			ok = skip_extent(s);
		else
			ok = skip_value(s);
		if (!ok)
			return false;
		value.length = (size_t) (s->at - value.start);
		if (match != NULL && match->span->start != NULL)
			*duplicate = true;
		else if (match != NULL)
			*match->span = value;
		skip_blanks(s);
		if (accept(s, '}'))
			return true;
		if (!accept(s, ','))
			return false;
		skip_blanks(s);
	}
}

static void
forget_spans(ScanMember *members)
{
	for (; members->name != NULL; members++)
	{
		members->span->start = NULL;
		members->span->length = 0;
		if (members->inside != NULL)
			forget_spans(members->inside);
	}
}

ScanResult
scan_members(const char *text, size_t length, ScanMember *members)
{
	Scanner		scanner;
	char		first;
	bool		duplicate = false;
	bool		ok;

	forget_spans(members);
	scanner_begin(&scanner, text, length);
	skip_blanks(&scanner);
	if (scanner.at == scanner.end)
		return SCAN_EMPTY;
	first = *scanner.at;
	if (first == '{')
		ok = scan_object(&scanner, members, &duplicate);
	else
		ok = skip_value(&scanner);
	skip_blanks(&scanner);
	ok = ok && scanner.at == scanner.end;
	scanner_end(&scanner);
	if (!ok)
		return SCAN_BROKEN;
	if (first != '{')
		return first == '[' ? SCAN_ARRAY : SCAN_SCALAR;
	return duplicate ? SCAN_DUPLICATE : SCAN_OK;
}

ScanResult
scan_message(const char *line, size_t length, ScanMessage *message)
{
	ScanMember	in_params[] = {
		{"name", &message->name, false, NULL},
		{"arguments", &message->arguments, true, NULL},
		{"_meta", &message->meta, false, NULL},
		{"requestState", &message->state, false, NULL},
		{"inputResponses", &message->responses, false, NULL},
		{NULL, NULL, false, NULL}
	};
	ScanMember	top[] = {
		{"jsonrpc", &message->jsonrpc, false, NULL},
		{"id", &message->id, false, NULL},
		{"method", &message->method, false, NULL},
		{"params", &message->params, false, in_params},
		{"result", &message->result, false, NULL},
		{"error", &message->error, false, NULL},
		{NULL, NULL, false, NULL}
	};

	return scan_members(line, length, top);
}

bool
scan_is_integer(ScanSpan span)
{
	const char *at = span.start;
	const char *end;

	if (at == NULL || !(*at == '-' || (*at >= '0' && *at <= '9')))
		return false;
	end = at + span.length;
	if (*at == '-')
		at++;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	if (at < end && *at == '.')
	{
		at++;
		while (at < end && *at == '0')
			at++;
	}
	return at == end;
}
