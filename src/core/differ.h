/*
 * differ.h
 *		Where two resources differ.
 */
#ifndef SCIM_CORE_DIFFER_H
#define SCIM_CORE_DIFFER_H

#include "core/path_set.h"

/*
 * Are the values (a scalar, or binary; NULL: absent) the same content?  What is
 * unassigned, at any depth of objects, is absent; numbers count by value, elements in their order.
 */
extern bool scim_same_content(const JsonbValue *a, const JsonbValue *b);

/*
 * Adds to the trees what the two objects have not in common: of each the members
 * that the other one has not, or not in the same bytes, and that of the name
 * "always".
 */
extern void scim_take_differing(Jsonb *a, Jsonb *b, const char *always, JsonbValue *from_a,
								JsonbValue *from_b);

/*
 * Adds the paths where two documents in stored form differ, in the order of
 * jsonb's keys: objects that both have are looked into, all else is named whole.
 */
extern void scim_name_differences(ScimPathSet *paths, Jsonb *a, Jsonb *b);

#endif							/* SCIM_CORE_DIFFER_H */
