/*
 * unique.h
 *		UNIQUENESS, with the resource that has the value already.
 */
#ifndef SCIM_UNIQUE_H
#define SCIM_UNIQUE_H

#include "compat.h"
#include "store/registration.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/*
 * Called for a row that a scim_ call updates: if it takes another userName,
 * nobody else may have that.  (A race that is lost afterwards ends in the
 * unique index.)
 */
extern void scim_check_user_name(const ScimRegistration *registration, const char *tenant,
								 const pg_uuid_t *id, Jsonb *old, Jsonb *new);

/* UNIQUENESS for a row that was not inserted: mostly because of its userName. */
extern SCIM_NORETURN void scim_throw_taken(const ScimRegistration *registration, const char *tenant,
										   const JsonbValue *data);

#endif							/* SCIM_UNIQUE_H */
