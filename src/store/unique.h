/*
 * unique.h
 *		UNIQUENESS, with the attribute, its value, and the resource that has it
 *		already.
 */
#ifndef SCIM_UNIQUE_H
#define SCIM_UNIQUE_H

#include "compat.h"
#include "store/call.h"
#include "utils/jsonb.h"

/*
 * Called for the row that a scim_ call updates: of the unique values that it
 * takes, nobody else may have one.  (A race that is lost afterwards ends in the
 * unique index.)
 */
extern void scim_check_unique(ScimCall *call, Jsonb *old, Jsonb *new);

/* UNIQUENESS for a row that was not inserted; within SPI. */
extern SCIM_NORETURN void scim_throw_taken(const ScimRegistration *registration, const char *tenant,
										   const JsonbValue *data);

/* UNIQUENESS for a violation of the table's keys, when nothing can be looked up any more. */
extern SCIM_NORETURN void scim_throw_violation(const ScimCall *call, const char *index);

#endif							/* SCIM_UNIQUE_H */
