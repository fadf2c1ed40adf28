/*
 * new_id.h
 *		The id that a new row of a table would get, drawn before it is inserted.
 */
#ifndef SCIM_RESOURCE_NEW_ID_H
#define SCIM_RESOURCE_NEW_ID_H

#include "registry/registration.h"

/*
 * As its table's type writes it, palloc'd: what the column's default gives, evaluated with the
 * caller's rights, or a random uuid where scimver would give one.  NULL: only the INSERT tells,
 * as there is no default, or the caller may not name the column.  Errors: those of the default.
 */
extern char *scim_draw_id(const ScimRegistration *table);

/* May that be more than NULL? */
extern bool scim_draws_ids(const ScimRegistration *table);

#endif							/* SCIM_RESOURCE_NEW_ID_H */
