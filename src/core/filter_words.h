/*
 * filter_words.h
 *		Characters, words and spaces of filters and paths, for filter_parse.c and
 *		filter_value.c alone.
 */
#ifndef SCIM_CORE_FILTER_WORDS_H
#define SCIM_CORE_FILTER_WORDS_H

#include <string.h>

#include "base/ascii.h"
#include "core/filter_node.h"

typedef ScimFilterParse Parse;

/* ---- errors ---- */

/* The first error is the one that counts.  Returns -1, which is no node. */
static inline int
fail(Parse *p, ScimFilterError error, int start)
{
	if (p->error == SCIM_FILTER_OK)
	{
		p->error = error;
		p->error_start = start;
	}
	return -1;
}

static inline bool
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
is_name_start(char c)
{
	return is_letter(c) || c == '$' || c == '_';
}

static inline bool
is_name_char(char c)
{
	return is_name_start(c) || is_digit(c) || c == '-';
}

/*
 * What a path may consist of: names, dots, and a URN in front; the rest is
 * taken in to be refused as a whole.
 */
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
static inline bool
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
static inline ScimSpan
word_at(const Parse *p, int at)
{
	ScimSpan	span = {at, 0};

	while (at + span.length < p->length && is_name_char(p->text[at + span.length]))
		span.length++;
	return span;
}

static inline int
behind_blanks(const Parse *p, int at)
{
	while (at < p->length && is_blank(p->text[at]))
		at++;
	return at;
}

/* Where nothing separates.  Lenient: blanks do not matter. */
static inline bool
no_space(Parse *p)
{
	if (p->lenient)
		p->at = behind_blanks(p, p->at);
	else if (is_blank(peek(p, p->at)))
		fail(p, SCIM_FILTER_EXTRA_SPACE, p->at);
	return p->error == SCIM_FILTER_OK;
}

/* Where one space separates.  Lenient: blanks do not matter. */
static inline bool
one_space(Parse *p)
{
	if (!p->lenient && peek(p, p->at) != ' ')
		fail(p, SCIM_FILTER_NO_SPACE, p->at);
	else if (!p->lenient)
		p->at++;
	return p->error == SCIM_FILTER_OK && no_space(p);
}

#endif							/* SCIM_CORE_FILTER_WORDS_H */
