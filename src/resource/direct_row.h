/*
 * direct_row.h
 *		A row that is read by an index, without a statement.
 */
#ifndef SCIM_RESOURCE_DIRECT_ROW_H
#define SCIM_RESOURCE_DIRECT_ROW_H

#include "executor/tuptable.h"
#include "resource/row.h"

/*
 * Reads what SELECT {bare} ... WHERE {key} would, if nothing stands in the way:
 * under the active snapshot, or a "fresh" one.  False: that takes a statement.  Else
 * *found tells whether there is a row; it is put into "row", unless that is NULL, in
 * the current context.
 */
extern bool scim_read_row_directly(const ScimRegistration *registration, const char *tenant,
								   Datum id, bool fresh, ScimRow *row, bool *found);

/* The same of the table's row in a slot that a direct look-up has brought. */
extern void scim_take_slot(const ScimRegistration *registration, TupleTableSlot *slot,
						   ScimRow *row);

#endif							/* SCIM_RESOURCE_DIRECT_ROW_H */
