/*
 * filter.h
 *		Filters of clients (RFC 7644 section 3.4.2.2), resolved against a resource type, or
 *		against several.
 */
#ifndef SCIM_CORE_FILTER_H
#define SCIM_CORE_FILTER_H

#include "base/compat.h"
#include "core/filter_tree.h"
#include "core/rules.h"

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

/* For filter_path.c alone: memory for the nodes and values of a parse. */
extern void scim_begin_filter_parse(ScimFilterParse *parse);

/* The same: INVALID_FILTER, the parse's error, with its position. */
extern SCIM_NORETURN void scim_throw_filter(const ScimFilterParse *parse, const char *path);

/*
 * The same: the value filter of a path that was parsed; "outer" is the attribute in front of
 * it.  Errors: those of scim_read_filter.
 */
extern ScimFilter *scim_read_value_filter(const ScimResourceType *type, const ScimRules *rules,
										  const ScimFilterParse *parse, const ScimPath *outer);

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
