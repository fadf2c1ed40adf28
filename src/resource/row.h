/*
 * row.h
 *		Rows as they are read.
 */
#ifndef SCIM_RESOURCE_ROW_H
#define SCIM_RESOURCE_ROW_H

#include "core/canonical.h"
#include "registry/registration.h"
#include "resource/mapped.h"
#include "statement/bare.h"
#include "utils/timestamp.h"

/* A row as it is read, in the memory of who reads it. */
typedef struct ScimRow
{
	char	   *id;
	Jsonb	   *stored;			/* what its data column holds, or NULL */
	ScimColumnValues columns;	/* and its mapped columns */
	bool		has_version;	/* its version was read, not computed */
	char	   *version;		/* NULL: not filled yet, or the table has none */
	int64		revision;
	bool		has_created;
	bool		has_last_modified;
	TimestampTz created;
	TimestampTz last_modified;
	ScimMemberSum members;		/* of a group */
	bool		knows_groups;	/* of a user: they were read (scim_read_groups) */
	JsonbValue *groups;			/* as they are shown; NULL: none */
} ScimRow;

/*
 * Row "index" of SPI_tuptable, whose columns are {bare}, in the current context.
 */
extern void scim_read_row(const ScimRegistration *registration, uint64 index, ScimRow *row);

/*
 * A row of values in the order of {bare}; it refers to them.  INVALID_VALUE if
 * it lacks what a row must have.
 */
extern void scim_take_row(const ScimRegistration *registration, const Datum *values,
						  const bool *nulls, ScimRow *row);

/*
 * The content of the row, put together each time that it is asked for: as one
 * document, or as a tree that refers to the row's values, and whose top level is
 * the caller's to change.
 */
extern Jsonb *scim_row_data(const ScimRegistration *registration, const ScimRow *row);
extern JsonbValue *scim_row_tree(const ScimRegistration *registration, const ScimRow *row);

/*
 * Of a group's row, finds out how many members it has, where its own table does
 * not tell: under the active snapshot, as the row was read under it, or "fresh",
 * as the row is locked or was written.  Within SPI.
 */
extern void scim_know_members(const ScimRegistration *registration, const char *tenant,
							  ScimRow *row, bool fresh);

/*
 * Which of the rows with these ids does the caller see?  Their ids are the rows
 * of SPI_tuptable; returns how many.  Reading under the active snapshot
 * (read_only), or a new one; within SPI.
 */
extern uint64 scim_see_rows(const ScimRegistration *registration, const char *tenant, Datum *ids,
							int count, bool read_only);

/* A whole number from a column of one of the types that are for them. */
extern int64 scim_integer_of(Oid type, Datum value);

/*
 * {"value", "$ref", "display", "type"}: one side of a membership, as it is
 * shown.  "type" is of the resource.
 */
extern JsonbValue *scim_other_side(const ScimResourceType *type, const char *id,
								   const char *display, const char *type_value);

#endif							/* SCIM_RESOURCE_ROW_H */
