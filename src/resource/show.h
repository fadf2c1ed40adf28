/*
 * show.h
 *		Resources as they are shown.
 */
#ifndef SCIM_RESOURCE_SHOW_H
#define SCIM_RESOURCE_SHOW_H

#include "core/projection.h"
#include "resource/row.h"

/* Write functions and lists show up to this many members. */
#define SCIM_SHOWN_MEMBERS 100

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

/*
 * What a client is told that knows this version of the row: id, some of meta,
 * not_modified; in "context".
 */
extern Jsonb *scim_show_not_modified(const ScimRegistration *registration, const ScimRow *row,
									 MemoryContext context);

#endif							/* SCIM_RESOURCE_SHOW_H */
