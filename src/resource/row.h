/*
 * row.h
 *		Rows as they come from the table, and resources as they are shown.
 */
#ifndef SCIM_RESOURCE_ROW_H
#define SCIM_RESOURCE_ROW_H

#include "core/projection.h"
#include "registry/registration.h"
#include "resource/mapped.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

typedef struct ScimRow
{
	char	   *id;
	Jsonb	   *data;			/* the content as one document */
	Jsonb	   *stored;			/* of a mapped table: what its data column holds, or NULL */
	ScimColumnValues columns;	/* and its mapped columns */
	char	   *version;		/* NULL: not filled yet, or the table has none */
	int64		revision;
	bool		has_created;
	bool		has_last_modified;
	TimestampTz created;
	TimestampTz last_modified;
	bool		members_known;	/* of a group: the next two say so */
	int64		member_count;
	uint8	   *member_digest;	/* of a group, or NULL */
	JsonbValue *groups;			/* of a user, as they are shown; NULL: none */
} ScimRow;

/* Write functions and lists show up to this many members. */
#define SCIM_SHOWN_MEMBERS 100

/* Row "index" of SPI_tuptable, whose columns are {row} or {bare}, in the current context. */
extern void scim_read_row(const ScimRegistration *registration, uint64 index, ScimRow *row);

/* A row of values in the order of {bare}; it refers to them.  INVALID_VALUE if it lacks what a row must have. */
extern void scim_take_row(const ScimRegistration *registration, const Datum *values, const bool *nulls,
						  ScimRow *row);

/*
 * Of a group's row, finds out how many members it has, where its own table does
 * not tell: under the active snapshot, as the row was read under it, or "fresh",
 * as the row is locked or was written.  Within SPI.
 */
extern void scim_know_members(const ScimRegistration *registration, const char *tenant, ScimRow *row, bool fresh);

/* The row's version; computed where there is none, with members as of the active snapshot.  Within SPI. */
extern char *scim_row_version(const ScimRegistration *registration, const char *tenant, ScimRow *row);

/*
 * The resources of rows, each as one jsonb in "context", with what the
 * projection shows (NULL: everything).  "limit": members beyond so many are
 * left out and named in meta.omitted, where meta is shown; 0: never.  Members
 * that are not shown are not read.  Runs under the active snapshot, within SPI.
 */
extern Jsonb **scim_show_rows(const ScimRegistration *registration, const char *tenant,
							  ScimRow *rows, uint64 count, int limit,
							  const ScimProjection *projection, MemoryContext context);

/*
 * The resource as far as its row tells: everything but a group's members, also
 * what is not returned.  The version is known.
 */
extern Jsonb *scim_show_alone(const ScimRegistration *registration, const ScimRow *row);

/* What a client is told that knows this version of the row: id, some of meta, not_modified; in "context". */
extern Jsonb *scim_show_not_modified(const ScimRegistration *registration, const ScimRow *row,
									 MemoryContext context);

/* {"value", "$ref", "display", "type"}: one side of a membership, as it is shown.  "type" is of the resource. */
extern JsonbValue *scim_other_side(const ScimResourceType *type, const char *id, const char *display,
								   const char *type_value);

/* The canonical content of the row with "data" in place of its own, without the password; palloc'd. */
extern char *scim_row_content(const ScimRegistration *registration, const ScimRow *row,
							  Jsonb *data, Size *length);

#endif							/* SCIM_RESOURCE_ROW_H */
