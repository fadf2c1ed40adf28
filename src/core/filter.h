/*
 * filter.h
 *		Filters (RFC 7644 section 3.4.2.2), resolved against a resource type.
 */
#ifndef SCIM_CORE_FILTER_H
#define SCIM_CORE_FILTER_H

#include "base/compat.h"
#include "core/filter_parse.h"
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

/*
 * Parses a filter, and resolves it against the type; as scimver.filter_mode
 * says, strictly or with what real clients send beyond the grammar.  Every
 * comparison suits its attribute (RFC 7644 table 3; RFC 7643 section 2.3): a
 * dateTime's value is one, a binary's is base64, a number's is a number.
 * Errors: INVALID_FILTER with "path" and "position"; SENSITIVE for attributes
 * that are never returned.
 */
extern ScimFilter *scim_read_filter(const ScimResourceType *type, const char *text);

/* ---- for path.c ---- */

/* Memory for the nodes and values of a parse. */
extern void scim_begin_parse(ScimFilterParse *parse);

/* The value filter of a path that was parsed; "outer" is the attribute in front of it. */
extern ScimFilter *scim_read_value_filter(const ScimResourceType *type, const ScimFilterParse *parse,
										  const ScimPath *outer);

/* INVALID_FILTER: the parse's error, with its position. */
extern SCIM_NORETURN void scim_throw_filter(const ScimFilterParse *parse, const char *path);

/* scimver.filter_mode */
extern bool scim_filter_is_lenient(void);

#endif							/* SCIM_CORE_FILTER_H */
