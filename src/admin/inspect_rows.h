/*
 * inspect_rows.h
 *		The resources that are stored, checked against a resource type as it is
 *		to be.
 */
#ifndef SCIM_ADMIN_INSPECT_ROWS_H
#define SCIM_ADMIN_INSPECT_ROWS_H

#include "registry/registration.h"

/* A resource that the type would not allow. */
typedef struct ScimInvalidRow
{
	const char *tenant;
	const char *id;
	const char *path;			/* or NULL */
	bool		shared;			/* the value there is to be unique, and is not */
	const char *problem;		/* as an error's message says it */
} ScimInvalidRow;

typedef void (*ScimReportInvalid) (const ScimResourceType *type, const ScimInvalidRow *row,
								   void *argument);

/*
 * Reports each row of the table that the type does not allow (once, with its
 * first problem), and all rows that share a value that is to be unique.  What
 * is wrong by the table's own type in the same way is not reported.  Within
 * SPI, under the active snapshot, with the caller's rights; PERMISSION_DENIED
 * if row level security would hide rows, INVALID_MAPPING if the table's mapping
 * does not fit the type.
 */
extern void scim_inspect_rows(const ScimRegistration *table, const ScimResourceType *type,
							  ScimReportInvalid report, void *argument);

#endif							/* SCIM_ADMIN_INSPECT_ROWS_H */
