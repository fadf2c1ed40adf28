/*
 * filter_tree.h
 *		Filters as they are resolved: trees of conditions.
 */
#ifndef SCIM_CORE_FILTER_TREE_H
#define SCIM_CORE_FILTER_TREE_H

#include "postgres.h"

#include "core/filter_node.h"
#include "core/path.h"

/*
 * One condition of a filter.
 *
 * "path" is complete also inside of a value path: there "attribute" is the
 * attribute in front of the brackets, and "sub" the sub-attribute that is named
 * in them; of a multi-valued attribute that is not complex, "value" names the
 * element itself (sub NULL).
 *
 * "x eq null" has become NOT (x pr), "x ne null" x pr: no comparison has a
 * value of SCIM_VALUE_NULL.
 */
typedef struct ScimFilter
{
	ScimFilterKind kind;
	int			position;		/* in characters, from 1 */
	struct ScimFilter *left;	/* AND, OR, NOT; VALUE_PATH: the filter in brackets */
	struct ScimFilter *right;	/* AND, OR */
	ScimPath	path;			/* COMPARE, PRESENT, VALUE_PATH */
	ScimFilterOp op;			/* COMPARE */
	ScimFilterValue value_kind; /* COMPARE: suits the attribute's type */
	char	   *value;			/* STRING decoded, NUMBER as written; else NULL */
} ScimFilter;

#endif							/* SCIM_CORE_FILTER_TREE_H */
