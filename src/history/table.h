/*
 * table.h
 *		Putting a row into the table of the history.
 */
#ifndef SCIM_HISTORY_TABLE_H
#define SCIM_HISTORY_TABLE_H

#include "postgres.h"

#include "history/place.h"

/*
 * Puts a row into it, as its owner would; seq and xid are filled in.  Where there
 * is no such table, nothing happens: false.
 */
extern bool scim_insert_entry(Datum values[SCIM_ENTRY_COLUMNS], bool nulls[SCIM_ENTRY_COLUMNS]);

#endif							/* SCIM_HISTORY_TABLE_H */
