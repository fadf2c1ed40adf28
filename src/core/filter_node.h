/*
 * filter_node.h
 *		What the text of a filter or path is taken apart into.
 *
 * Knows nothing of PostgreSQL nor of schemas: plain memory that the caller
 * gives, return codes, positions.
 */
#ifndef SCIM_CORE_FILTER_NODE_H
#define SCIM_CORE_FILTER_NODE_H

#include <stdbool.h>

#define SCIM_FILTER_MAX_LENGTH	16384	/* bytes */
#define SCIM_FILTER_MAX_TERMS	256 /* comparisons, pr and not */
#define SCIM_FILTER_MAX_DEPTH	64	/* of (, [ and not */

/* As many nodes and bytes of values as a text of that length can have. */
#define SCIM_FILTER_NODES(length) \
	((length) / 2 + 1 < 4 * SCIM_FILTER_MAX_TERMS ? (length) / 2 + 1 : 4 * SCIM_FILTER_MAX_TERMS)
#define SCIM_FILTER_BYTES(length) ((length) + 1)

typedef enum ScimFilterKind
{
	SCIM_FILTER_AND, SCIM_FILTER_OR, SCIM_FILTER_NOT,
	SCIM_FILTER_COMPARE, SCIM_FILTER_PRESENT, SCIM_FILTER_VALUE_PATH,
	/* never in a parse: of a filter for several types, where it is clear for all of one */
	SCIM_FILTER_NEVER, SCIM_FILTER_ALWAYS
} ScimFilterKind;

typedef enum ScimFilterOp
{
	SCIM_EQ, SCIM_NE, SCIM_CO, SCIM_SW, SCIM_EW, SCIM_GT, SCIM_GE, SCIM_LT, SCIM_LE
} ScimFilterOp;

typedef enum ScimFilterValue
{
	SCIM_VALUE_NULL, SCIM_VALUE_TRUE, SCIM_VALUE_FALSE, SCIM_VALUE_NUMBER, SCIM_VALUE_STRING
} ScimFilterValue;

/* A piece of the text: byte offset and length. */
typedef struct ScimSpan
{
	int			start;
	int			length;
} ScimSpan;

typedef struct ScimFilterNode
{
	ScimFilterKind kind;
	int			start;			/* byte offset */
	int			left;			/* AND, OR, NOT, VALUE_PATH: index of a node; -1: none */
	int			right;			/* AND, OR */
	ScimSpan	path;			/* COMPARE, PRESENT, VALUE_PATH: [URN ":"] name ["." name] */
	ScimFilterOp op;			/* COMPARE: */
	ScimSpan	op_span;
	ScimFilterValue value_kind;
	ScimSpan	value_span;		/* as written, with its quotes */
	const char *value;			/* zero-terminated: STRING decoded, others as written */
} ScimFilterNode;

/* What is wrong with a text; scim_filter_problem has the sentences. */
typedef enum ScimFilterError
{
	SCIM_FILTER_OK,
	SCIM_FILTER_EMPTY,
	SCIM_FILTER_TOO_LONG,
	SCIM_FILTER_TOO_MANY_TERMS,
	SCIM_FILTER_TOO_DEEP,
	SCIM_FILTER_NO_ATTRIBUTE,
	SCIM_FILTER_BAD_NAME,
	SCIM_FILTER_NO_OPERATOR,
	SCIM_FILTER_NO_VALUE,
	SCIM_FILTER_UNQUOTED,
	SCIM_FILTER_SINGLE_QUOTED,
	SCIM_FILTER_LITERAL_CASE,
	SCIM_FILTER_BAD_NUMBER,
	SCIM_FILTER_LONG_NUMBER,
	SCIM_FILTER_UNTERMINATED,
	SCIM_FILTER_CONTROL,
	SCIM_FILTER_BAD_ESCAPE,
	SCIM_FILTER_LONE_SURROGATE,
	SCIM_FILTER_NUL,
	SCIM_FILTER_NO_SPACE,
	SCIM_FILTER_EXTRA_SPACE,
	SCIM_FILTER_NOT_CLOSED,
	SCIM_FILTER_BRACKET_NOT_CLOSED,
	SCIM_FILTER_NESTED_BRACKET,
	SCIM_FILTER_BEHIND_BRACKET,
	SCIM_FILTER_BARE_NOT,
	SCIM_FILTER_TRAILING,
	SCIM_FILTER_BAD_PATH
} ScimFilterError;

typedef struct ScimFilterParse
{
	/* given by the caller */
	const char *text;			/* need not end with a zero byte */
	int			length;
	bool		lenient;		/* accept what real clients send beyond the grammar */
	ScimFilterNode *nodes;		/* SCIM_FILTER_NODES(length) of them */
	char	   *bytes;			/* SCIM_FILTER_BYTES(length), for the values */

	/* the result */
	int			root;			/* of the filter; of a path's value filter, or -1 */
	ScimSpan	path;			/* of a path: what stands in front of [ */
	ScimSpan	sub;			/* of a path: the name behind ]. (length 0: none) */
	ScimFilterError error;
	int			error_start;	/* byte offset, 0 to length */
	bool		in_brackets;	/* of a path: the error is in the value filter */

	/* under way */
	int			at;
	int			node_count;
	int			byte_count;
	int			terms;
	int			depth;
} ScimFilterParse;

#endif							/* SCIM_CORE_FILTER_NODE_H */
