/*
 * filter_text.c
 *		A filter that was parsed, written again; plain memory.
 */
#include "filter_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Text
{
	char	   *data;
	size_t		length;
	size_t		capacity;
	const ScimFilterParse *parse;
} Text;

static const char *const ops[] = {
	[SCIM_EQ] = "eq", [SCIM_NE] = "ne", [SCIM_CO] = "co", [SCIM_SW] = "sw", [SCIM_EW] = "ew",
	[SCIM_GT] = "gt", [SCIM_GE] = "ge", [SCIM_LT] = "lt", [SCIM_LE] = "le"
};

static void
put(Text *text, const char *data, size_t length)
{
	if (text->length + length + 1 > text->capacity)
	{
		text->capacity = 2 * text->capacity + length + 64;
		text->data = realloc(text->data, text->capacity);
		if (!text->data)
			abort();
	}
	memcpy(text->data + text->length, data, length);
	text->length += length;
	text->data[text->length] = '\0';
}

static void
put_text(Text *text, const char *string)
{
	put(text, string, strlen(string));
}

static void
put_span(Text *text, ScimSpan span)
{
	put(text, text->parse->text + span.start, span.length);
}

static void
put_string(Text *text, const char *value)
{
	static const char plain[] = "\"\\\b\f\n\r\t";
	static const char names[] = "\"\\bfnrt";
	char		escape[8];

	put_text(text, "\"");
	for (; *value; value++)
	{
		const char *found = strchr(plain, *value);

		if (found)
			snprintf(escape, sizeof(escape), "\\%c", names[found - plain]);
		else if ((unsigned char) *value < 0x20)
			snprintf(escape, sizeof(escape), "\\u%04x", *value);
		else
			snprintf(escape, sizeof(escape), "%c", *value);
		put_text(text, escape);
	}
	put_text(text, "\"");
}

static void
put_value(Text *text, const ScimFilterNode *node)
{
	static const char *const words[] = {
		[SCIM_VALUE_NULL] = "null", [SCIM_VALUE_TRUE] = "true", [SCIM_VALUE_FALSE] = "false"
	};

	if (node->value_kind == SCIM_VALUE_STRING)
		put_string(text, node->value);
	else if (node->value_kind == SCIM_VALUE_NUMBER)
		put_text(text, node->value);
	else
		put_text(text, words[node->value_kind]);
}

static void put_node(Text *text, int index);

/* A child, in parentheses if it would not bind as it should. */
static void
put_child(Text *text, int index, bool parentheses)
{
	if (parentheses)
		put_text(text, "(");
	put_node(text, index);
	if (parentheses)
		put_text(text, ")");
}

static void
put_node(Text *text, int index)
{
	const ScimFilterNode *nodes = text->parse->nodes;
	const ScimFilterNode *node = &nodes[index];

	switch (node->kind)
	{
		case SCIM_FILTER_AND:
			put_child(text, node->left, nodes[node->left].kind == SCIM_FILTER_OR);
			put_text(text, " and ");
			put_child(text, node->right, nodes[node->right].kind <= SCIM_FILTER_OR);
			break;
		case SCIM_FILTER_OR:
			put_child(text, node->left, false);
			put_text(text, " or ");
			put_child(text, node->right, nodes[node->right].kind == SCIM_FILTER_OR);
			break;
		case SCIM_FILTER_NOT:
			put_text(text, "not ");
			put_child(text, node->left, true);
			break;
		case SCIM_FILTER_VALUE_PATH:
			put_span(text, node->path);
			put_text(text, "[");
			put_node(text, node->left);
			put_text(text, "]");
			break;
		case SCIM_FILTER_PRESENT:
			put_span(text, node->path);
			put_text(text, " pr");
			break;
		case SCIM_FILTER_COMPARE:
			put_span(text, node->path);
			put_text(text, " ");
			put_text(text, ops[node->op]);
			put_text(text, " ");
			put_value(text, node);
			break;
		case SCIM_FILTER_NEVER:
		case SCIM_FILTER_ALWAYS:
			abort();			/* no parse has them */
	}
}

static void
put_tree(Text *text, int index)
{
	static const char *const names[] =
	{[SCIM_FILTER_AND] = "(and ", [SCIM_FILTER_OR] = "(or ",
		[SCIM_FILTER_NOT] = "(not ", [SCIM_FILTER_VALUE_PATH] = "(in ",
	[SCIM_FILTER_PRESENT] = "(pr ", [SCIM_FILTER_COMPARE] = "("};
	const ScimFilterNode *node = &text->parse->nodes[index];

	put_text(text, names[node->kind]);
	if (node->kind == SCIM_FILTER_COMPARE)
	{
		put_text(text, ops[node->op]);
		put_text(text, " ");
	}
	if (node->kind >= SCIM_FILTER_COMPARE)
		put_span(text, node->path);
	if (node->kind == SCIM_FILTER_COMPARE)
	{
		put_text(text, " ");
		put_value(text, node);
	}
	if (node->kind == SCIM_FILTER_VALUE_PATH)
		put_text(text, " ");
	if (node->left >= 0)
		put_tree(text, node->left);
	if (node->right >= 0)
	{
		put_text(text, " ");
		put_tree(text, node->right);
	}
	put_text(text, ")");
}

char *
filter_text(const ScimFilterParse *parse, int node)
{
	Text		text = {.parse = parse};

	put_node(&text, node);
	return text.data;
}

char *
filter_tree(const ScimFilterParse *parse, int node)
{
	Text		text = {.parse = parse};

	put_tree(&text, node);
	return text.data;
}
