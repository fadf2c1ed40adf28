/*
 * spelling.h
 *		Names and ids as clients may spell them.
 */
#ifndef SCIM_CORE_SPELLING_H
#define SCIM_CORE_SPELLING_H

#include "utils/jsonb.h"

/*
 * How a table spells ids, which the store tells: the one spelling of the id that
 * a text names, palloc'd, or NULL if it can be nobody's.  Two texts name the
 * same resource if they are spelled the same.
 */
typedef char *(*ScimSpellId) (const char *text);

/* Of the resources that are written; NULL where there are none. */
typedef struct ScimIds
{
	ScimSpellId own;
	ScimSpellId others;			/* a group's members, a user's groups */
} ScimIds;

/* The member of that name of an object (binary), in whatever case; names have none. */
extern bool scim_find_any_case(const JsonbValue *object, const JsonbValue *name, JsonbValue *value);

/* The text of a string, as an id in its one spelling ("spell" NULL, or no id: as it is). */
extern const char *scim_spelled(const JsonbValue *value, ScimSpellId spell);

/* What an element of an array is found by: its "value", or what it is itself; NULL: nothing. */
extern const char *scim_element_key(const JsonbValue *element, ScimSpellId spell);

#endif							/* SCIM_CORE_SPELLING_H */
