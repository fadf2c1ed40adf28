/*
 * filter_fuzz.c
 *		libFuzzer target for the parser of filters and paths
 *		(src/core/filter_parse.c).
 *
 * The first byte says how the rest is parsed: 1: lenient, 2: as a path.
 * Beside memory errors it looks for what would break the parser's promises:
 * positions lie in the text; values are valid UTF-8 if the text is, and end
 * with a zero byte; what was parsed, written again and parsed strictly, is the
 * same filter.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/filter_parse.h"
#include "core/filter_value.h"
#include "filter_text.h"

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

static bool
is_utf8(const char *text, size_t length)
{
	const unsigned char *c = (const unsigned char *) text;
	const unsigned char *end = c + length;

	while (c < end)
	{
		int			more = *c < 0x80 ? 0
		: *c >= 0xC2 && *c < 0xE0 ? 1
		: *c >= 0xE0 && *c < 0xF0 ? 2
		: *c >= 0xF0 && *c < 0xF5 ? 3
		: -1;

		if (more < 0 || end - c <= more)
			return false;
		for (int i = 1; i <= more; i++)
		{
			if ((c[i] & 0xC0) != 0x80)
				return false;
		}
		if ((*c == 0xE0 && c[1] < 0xA0) || (*c == 0xED && c[1] > 0x9F) ||
			(*c == 0xF0 && c[1] < 0x90) || (*c == 0xF4 && c[1] > 0x8F))
			return false;
		c += more + 1;
	}
	return true;
}

/* A parse of a copy of exactly that size, in memory that is no larger than promised. */
static bool
parse(ScimFilterParse *p, const char *data, size_t size, bool lenient, bool path)
{
	char	   *text = malloc(size ? size : 1);
	int			needed = size > SCIM_FILTER_MAX_LENGTH ? 0 : (int) size;

	memset(p, 0, sizeof(*p));
	memcpy(text, data, size);
	p->text = text;
	p->length = (int) size;
	p->lenient = lenient;
	p->nodes = malloc(SCIM_FILTER_NODES(needed) * sizeof(ScimFilterNode));
	p->bytes = malloc(SCIM_FILTER_BYTES(needed));
	MUST(text && p->nodes && p->bytes);
	return path ? scim_parse_path(p) : scim_parse_filter(p);
}

static void
release(ScimFilterParse *p)
{
	free((char *) p->text);
	free(p->nodes);
	free(p->bytes);
}

static void
check_span(const ScimFilterParse *p, ScimSpan span)
{
	MUST(span.start >= 0 && span.length > 0 && span.start + span.length <= p->length);
}

/* Returns how many terms there are. */
static int
check_node(const ScimFilterParse *p, int index, bool utf8, int depth)
{
	const ScimFilterNode *node = &p->nodes[index];
	int			terms = node->kind >= SCIM_FILTER_NOT && node->kind <= SCIM_FILTER_PRESENT;

	MUST(index >= 0 && index < SCIM_FILTER_NODES(p->length));
	MUST(node->start >= 0 && node->start < p->length);
	MUST((node->left >= 0) ==
		 (node->kind <= SCIM_FILTER_NOT || node->kind == SCIM_FILTER_VALUE_PATH));
	MUST((node->right >= 0) == (node->kind <= SCIM_FILTER_OR));
	MUST(depth <= SCIM_FILTER_MAX_TERMS + SCIM_FILTER_MAX_DEPTH);
	if (node->kind >= SCIM_FILTER_COMPARE)
		check_span(p, node->path);
	if (node->kind == SCIM_FILTER_COMPARE)
	{
		check_span(p, node->op_span);
		check_span(p, node->value_span);
		MUST(strlen(node->value) < (size_t) SCIM_FILTER_BYTES(p->length));
		MUST(!utf8 || is_utf8(node->value, strlen(node->value)));
		if (node->value_kind == SCIM_VALUE_NUMBER)
			MUST(scim_is_filter_number(node->value, strlen(node->value)));
	}
	/* children stand before their parents: there is no way around */
	MUST(node->left < index && node->right < index);
	if (node->left >= 0)
		terms += check_node(p, node->left, utf8, depth + 1);
	if (node->right >= 0)
		terms += check_node(p, node->right, utf8, depth + 1);
	return terms;
}

/* Written again, strictly, it is the same filter. */
static void
check_again(const ScimFilterParse *p)
{
	char	   *text = filter_text(p, p->root);
	char	   *tree = filter_tree(p, p->root);
	char	   *other;
	ScimFilterParse again;
	bool		parsed = parse(&again, text, strlen(text), false, false);

	/* what is lenient may get longer, and deeper */
	MUST(parsed || (p->lenient &&
					(again.error == SCIM_FILTER_TOO_LONG || again.error == SCIM_FILTER_TOO_DEEP)));
	if (parsed)
	{
		other = filter_tree(&again, again.root);
		MUST(strcmp(tree, other) == 0);
		free(other);
	}
	release(&again);
	free(text);
	free(tree);
}

/* What is strict means the same when lenient. */
static void
check_lenient(const ScimFilterParse *p, bool path)
{
	ScimFilterParse same;
	char	   *tree;
	char	   *other;

	MUST(parse(&same, p->text, p->length, true, path));
	MUST((same.root >= 0) == (p->root >= 0));
	if (p->root >= 0)
	{
		tree = filter_tree(p, p->root);
		other = filter_tree(&same, same.root);
		MUST(strcmp(tree, other) == 0);
		free(tree);
		free(other);
	}
	release(&same);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ScimFilterParse p;
	bool		lenient = size > 0 && (data[0] & 1);
	bool		path = size > 0 && (data[0] & 2);
	const char *text = (const char *) data + (size > 0);
	size_t		length = size - (size > 0);

	if (!parse(&p, text, length, lenient, path))
	{
		MUST(p.error != SCIM_FILTER_OK && scim_filter_problem(p.error));
		MUST(p.error_start >= 0 && p.error_start <= p.length);
		MUST(scim_filter_position(p.text, p.error_start) <= p.error_start + 1);
	}
	else
	{
		MUST(p.error == SCIM_FILTER_OK && (path || p.root >= 0));
		if (path)
			check_span(&p, p.path);
		if (p.root >= 0)
		{
			MUST(check_node(&p, p.root, is_utf8(text, length), 0) <= SCIM_FILTER_MAX_TERMS);
			check_again(&p);
		}
		if (!lenient)
			check_lenient(&p, path);
	}
	release(&p);
	return 0;
}
