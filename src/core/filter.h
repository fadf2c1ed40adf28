/*
 * filter.h
 *		Filters, and paths with filters in them, of clients (RFC 7644 section
 *		3.4.2.2, figure 7), resolved against a resource type.
 */
#ifndef SCIM_CORE_FILTER_H
#define SCIM_CORE_FILTER_H

#include "core/filter_node.h"
#include "core/path.h"
#include "core/rules.h"

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

/*
 * Parses a filter, and resolves it against the type; as the rules say, strictly
 * or with what real clients send beyond the grammar.  Every
 * comparison suits its attribute (RFC 7644 table 3; RFC 7643 section 2.3): a
 * dateTime's value is one, a binary's is base64, a number's is a number.
 * Errors: INVALID_FILTER with "path" and "position"; SENSITIVE for attributes
 * that are never returned.
 */
extern ScimFilter *scim_read_filter(const ScimResourceType *type, const ScimRules *rules,
									const char *text);

/* Has nothing that is kept of the type the attribute?  NULL, or why not, for the error. */
typedef const char *(*ScimFilterLack) (int type, const ScimPath *path, void *argument);

/*
 * Parses a filter once, and resolves it against each of several types ("count" filters come
 * out).  An attribute that a type does not define, or lacks, has no value there; a comparison
 * that does not suit it matches nothing there; meta.resourceType is known.  What is so in all
 * types is an error of scim_read_filter, or INVALID_FILTER of what they lack.  A filter that
 * matches no (or every) resource of a type comes out as SCIM_FILTER_NEVER (ALWAYS).
 */
extern void scim_read_filters(const ScimResourceType *const *types, int count,
							  const ScimRules *rules, const char *text, ScimFilterLack lack,
							  void *argument, ScimFilter **filters);

/*
 * Resolves a path against a resource type.  Attribute names and URNs are
 * case-insensitive; the URN of the core schema may stand in front; a value
 * filter may stand behind the attribute, whoever takes none looks at "filter".
 * Errors: INVALID_PATH with "path" (malformed, unknown attribute); of the value
 * filter those of scim_read_filter, with the position in the path.
 */
extern void scim_resolve_path(const ScimResourceType *type, const ScimRules *rules,
							  const char *path, int length, ScimPath *result);

/* The same; false: the type has no such attribute, and the rules let that pass. */
extern bool scim_resolve_known(const ScimResourceType *type, const ScimRules *rules,
							   const char *path, int length, ScimPath *result);

/* Which elements of an array does a value filter match?  An array of as many. */
typedef bool *(*ScimMatchElements) (const ScimFilter *filter, const JsonbValue *elements);

/* How values are compared with filters. */
typedef struct ScimMatching
{
	ScimMatchElements match;
	/* the same for texts that filters take for equal, unless they are caseExact */
	char	   *(*fold) (const char *text, int length);
} ScimMatching;

#endif							/* SCIM_CORE_FILTER_H */
