/*
 * filter_text.h
 *		A filter that was parsed, written again; plain memory.
 */
#ifndef FUZZ_FILTER_TEXT_H
#define FUZZ_FILTER_TEXT_H

#include "core/filter_parse.h"

/* The node as strict text, with no more parentheses than it needs; to be freed. */
extern char *filter_text(const ScimFilterParse *parse, int node);

/* The node as a tree: (and (eq userName "x") (pr name)); to be freed. */
extern char *filter_tree(const ScimFilterParse *parse, int node);

#endif							/* FUZZ_FILTER_TEXT_H */
