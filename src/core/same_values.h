/*
 * same_values.h
 *		Values of a multi-valued attribute that are the same one: those with equal "type" and
 *		"value" (RFC 7643 section 2.4).
 */
#ifndef SCIM_CORE_SAME_VALUES_H
#define SCIM_CORE_SAME_VALUES_H

#include "core/schema.h"
#include "utils/jsonb.h"

/* Can its values be the same?  They are complex, and have a "value". */
extern bool scim_has_pairs(const ScimAttribute *attribute);

/*
 * Keeps each of the values (an array, a tree or binary) once, where the first of the same
 * stood, with what the later ones say.  NULL: all differ.
 */
extern JsonbValue *scim_join_same_values(const ScimAttribute *attribute, const JsonbValue *values);

#endif							/* SCIM_CORE_SAME_VALUES_H */
