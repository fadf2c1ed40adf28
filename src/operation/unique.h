/*
 * unique.h
 *		UNIQUENESS, with the attribute, its value, and the resource that has it
 *		already.
 */
#ifndef SCIM_OPERATION_UNIQUE_H
#define SCIM_OPERATION_UNIQUE_H

#include "base/compat.h"
#include "resource/frame.h"
#include "utils/jsonb.h"

/*
 * Called for the row that a scim_ call updates: of the unique values that it
 * takes, nobody else may have one.  (A race that is lost afterwards ends in the
 * unique index.)
 */
extern void scim_check_unique(ScimCall *call, Jsonb *old, Jsonb *new);

/*
 * The same for what a call is about to write into a mapped table (call->split;
 * NULL: the trigger will ask); within SPI.
 */
extern void scim_check_split(const ScimCall *call);

/* Has the new document of a created table's row a unique value that the old one has not? */
extern bool scim_changes_unique(const ScimRegistration *registration, Jsonb *old, Jsonb *new);

/* UNIQUENESS for a row that was not inserted; within SPI. */
extern SCIM_NORETURN void scim_throw_taken(const ScimRegistration *registration, const char *tenant,
										   Jsonb *document);

/* The value of the attribute that the call writes, as text; NULL: it writes none. */
extern const char *scim_claimed_value(const ScimCall *call, const char *path);

/*
 * UNIQUENESS for a violation of the index, when nothing can be looked up any
 * more; "path" is the attribute, or NULL if it is that of one of our lookups.
 */
extern SCIM_NORETURN void scim_throw_lost(const ScimCall *call, const char *path,
										  const char *index);

#endif							/* SCIM_OPERATION_UNIQUE_H */
