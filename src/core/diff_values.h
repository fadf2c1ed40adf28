/*
 * diff_values.h
 *		How the values of one multi-valued attribute differ, value by value, as far
 *		as the brackets of a path tell them apart.
 */
#ifndef SCIM_CORE_DIFF_VALUES_H
#define SCIM_CORE_DIFF_VALUES_H

#include "utils/jsonb.h"

/* Adds one {"path", "from", "to"}; each may be NULL. */
extern void scim_add_change(JsonbValue *changes, const char *path, const JsonbValue *from,
							const JsonbValue *to);

/*
 * Adds what becomes of the values of the attribute at the path (both arrays).
 * False, and nothing added: it can be told of the attribute as a whole only, as
 * values come, change places, or are alike.
 */
extern bool scim_diff_values(JsonbValue *changes, const char *path, const JsonbValue *old,
							 const JsonbValue *new);

/* The same of a group's members, which have no order; either may be NULL: none. */
extern bool scim_diff_members(JsonbValue *changes, const JsonbValue *old, const JsonbValue *new);

/* The name as a C string, if a path may have it as an attribute; else NULL. */
extern char *scim_path_name(const JsonbValue *key);

#endif							/* SCIM_CORE_DIFF_VALUES_H */
