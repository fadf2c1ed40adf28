/*
 * lost.h
 *		What does not come back with a resource, and how that is told.
 */
#ifndef SCIM_OPERATION_LOST_H
#define SCIM_OPERATION_LOST_H

#include "resource/target.h"

/* A row was inserted anew: a NOTICE names its columns that nobody gave what they held. */
extern void scim_tell_lost_columns(const ScimRegistration *table);

/*
 * Appends the members that are gone (a list of char *), as paths; "members" where
 * they are too many to be named.
 */
extern void scim_name_gone(JsonbValue *omitted, const List *gone);

/* The resource with these in meta.omitted, too, where meta is shown, and for tools. */
extern Jsonb *scim_name_omitted(const ScimTarget *target, Jsonb *resource,
								const JsonbValue *omitted);

#endif							/* SCIM_OPERATION_LOST_H */
