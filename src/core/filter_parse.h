/*
 * filter_parse.h
 *		Filters and attribute paths as text (RFC 7644 figures 1 and 7), taken
 *		apart into nodes; entry points scim_parse_filter and scim_parse_path.
 *
 * Knows nothing of PostgreSQL nor of schemas: plain memory that the caller
 * gives, return codes, positions.  What the names mean is filter.c's part.
 */
#ifndef SCIM_CORE_FILTER_PARSE_H
#define SCIM_CORE_FILTER_PARSE_H

#include "core/filter_node.h"

/* Parses a FILTER; true: "root" is set; false: "error" is. */
extern bool scim_parse_filter(ScimFilterParse *parse);

/* Parses a PATH: attrPath / valuePath [subAttr]. */
extern bool scim_parse_path(ScimFilterParse *parse);

/* What is wrong, and what would be right: "there is nothing here; ..." */
extern const char *scim_filter_problem(ScimFilterError error);

/* The character, counted from 1, that begins at a byte offset of a UTF-8 text. */
extern int	scim_filter_position(const char *text, int start);

#endif							/* SCIM_CORE_FILTER_PARSE_H */
