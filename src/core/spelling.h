/*
 * spelling.h
 *		Names and ids as clients may spell them.
 */
#ifndef SCIM_CORE_SPELLING_H
#define SCIM_CORE_SPELLING_H

#include "core/resource.h"

/* The member of that name of an object (binary), in whatever case; names have none. */
extern bool scim_find_any_case(const JsonbValue *object, const JsonbValue *name, JsonbValue *value);

/* The text of a string, as an id in its one spelling ("spell" NULL, or no id: as it is). */
extern const char *scim_spelled(const JsonbValue *value, ScimSpellId spell);

/* What an element of an array is found by: its "value", or what it is itself; NULL: nothing. */
extern const char *scim_element_key(const JsonbValue *element, ScimSpellId spell);

#endif							/* SCIM_CORE_SPELLING_H */
