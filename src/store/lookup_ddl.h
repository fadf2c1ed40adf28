/*
 * lookup_ddl.h
 *		Making lookup columns and their indexes.
 */
#ifndef SCIM_LOOKUP_DDL_H
#define SCIM_LOOKUP_DDL_H

#include "store/lookup.h"

/* The definitions of the columns of plans for CREATE TABLE, each with a comma behind it. */
extern char *scim_lookup_definitions(List *plans, const char *data);

/* Makes the index of a lookup column that is there, and comments on the column; within SPI. */
extern void scim_make_lookup_index(const ScimPlannedLookup *lookup, const char *table,
								   const char *tenant, const char *id);

#endif							/* SCIM_LOOKUP_DDL_H */
