/*
 * visit_rows.h
 *		Visiting the rows of a registered table.
 */
#ifndef SCIM_ADMIN_VISIT_ROWS_H
#define SCIM_ADMIN_VISIT_ROWS_H

#include "resource/stored_rows.h"

/*
 * Visits all rows of the table, in batches, in the order in which rows are
 * locked (if "locking") or in any; their members are counted and they are
 * computed; those in "error" could not be.  Under the active snapshot, within SPI.
 */
typedef void (*ScimVisitRows) (ScimInspectedRow *rows, int count, void *argument);

extern void scim_visit_rows(const ScimRegistration *registration, bool locking, ScimVisitRows visit,
							void *argument);

#endif							/* SCIM_ADMIN_VISIT_ROWS_H */
