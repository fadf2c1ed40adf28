/*
 * parameters.h
 *		The query of a URI: its parameters, decoded (RFC 7644 sections 3.4.2, 3.9; RFC 9865).
 */
#ifndef SCIM_REST_PARAMETERS_H
#define SCIM_REST_PARAMETERS_H

#include "postgres.h"

#include "core/rules.h"
#include "operation/search.h"

/* Those that are known, as given; NULL: not given. */
typedef struct ScimParameters
{
	const char *attributes;
	const char *excluded_attributes;
	const char *filter;
	const char *sort_by;
	const char *sort_order;
	const char *start_index;
	const char *count;
	const char *cursor;
} ScimParameters;

/*
 * Reads a query; others are ignored, of one that is given twice the last counts.  With the rule
 * "filter" names are in any case.  INVALID_SYNTAX: a "%" that encodes nothing, a NUL, no UTF-8.
 */
extern void scim_read_parameters(const char *query, const ScimRules *rules,
								 ScimParameters *parameters);

/* What is to be shown.  INVALID_VALUE: both lists. */
extern ScimView scim_parameters_view(const ScimParameters *parameters);

/* A list.  INVALID_VALUE: startIndex, count are no integers. */
extern void scim_parameters_search(const ScimParameters *parameters, ScimSearchRequest *search);

#endif							/* SCIM_REST_PARAMETERS_H */
