/*
 * lookup_ddl.h
 *		Making lookup columns and their indexes.
 */
#ifndef SCIM_ADMIN_LOOKUP_DDL_H
#define SCIM_ADMIN_LOOKUP_DDL_H

#include "registry/lookup.h"
#include "registry/registration.h"

/* The definitions of the columns of plans for CREATE TABLE, each with a comma behind it. */
extern char *scim_lookup_definitions(List *plans, const char *data);

/*
 * Makes the index of a lookup column that is there, and comments on the column;
 * within SPI.  UNIQUENESS for values that are not unique, TOO_LARGE for some that
 * no index holds.
 */
extern void scim_make_lookup_index(const ScimPlannedLookup *lookup, const char *table,
								   const char *tenant, const char *id);

/*
 * Adds the columns of plans to a table that is there, without their indexes, by
 * one rewriting of it; says so.  Within SPI.  Names are quoted.
 */
extern void scim_add_lookups(const char *table, const char *data, List *added);

/* A lookup to drop. */
typedef struct ScimDroppedLookup
{
	char	   *path;
	char	   *column;			/* quoted */
} ScimDroppedLookup;

/*
 * Drops lookup columns (List of ScimDroppedLookup) of a table and adds others
 * (List of ScimPlannedLookup), with their indexes and in the mapping, by one
 * rewriting of the table; says so.  Within SPI.  UNIQUENESS for values that are
 * not unique.
 */
extern void scim_alter_lookups(const ScimRegistration *table, List *dropped, List *added);

#endif							/* SCIM_ADMIN_LOOKUP_DDL_H */
