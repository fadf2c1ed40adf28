/*
 * contents.h
 *		Contents, and the paths that merges tell, as their promises see them.
 */
#ifndef FUZZ_CONTENTS_H
#define FUZZ_CONTENTS_H

#include "server.h"

#include "nodes/pg_list.h"

/* The content, as a jsonb of its own. */
extern Jsonb *merge_content(Jsonb *document);

/* Are they the same; and but for the order in arrays? */
extern bool same(const JsonbValue *a, const JsonbValue *b);
extern bool same_documents(Jsonb *a, Jsonb *b);
extern bool same_as_sets(const JsonbValue *a, const JsonbValue *b);
extern bool same_documents_as_sets(Jsonb *a, Jsonb *b);

/* Those of an array, and how many; of anything else none. */
extern int	elements_of(const JsonbValue *array, JsonbValue **elements);

/* How often is it in the array? */
extern int	times_in(const JsonbValue *array, const JsonbValue *value, bool as_sets);

/* Is all of "part" in "whole": each member, each element? */
extern bool contains(const JsonbValue *whole, const JsonbValue *part);

/* The value at the path, or NULL. */
extern const JsonbValue *value_at(Jsonb *content, const char *path);

/* Does one of the paths lead to a part of what the other leads to? */
extern bool touches(const char *a, const char *b);

/* Is the path among these; does any of them touch it? */
extern bool is_listed(const List *paths, const char *path);
extern bool is_touched(const List *paths, const char *path);

#endif							/* FUZZ_CONTENTS_H */
