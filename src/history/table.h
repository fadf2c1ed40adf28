/*
 * table.h
 *		The table of the history's entries: its columns, and putting a row into it.
 */
#ifndef SCIM_HISTORY_TABLE_H
#define SCIM_HISTORY_TABLE_H

#include "postgres.h"

#include "history/place.h"

/* The columns of scim_history_rows, in their order, from 0. */
typedef enum ScimEntryColumn
{
	SCIM_ENTRY_SEQ,
	SCIM_ENTRY_XID,
	SCIM_ENTRY_AT,
	SCIM_ENTRY_TENANT,
	SCIM_ENTRY_TYPE,
	SCIM_ENTRY_ID,
	SCIM_ENTRY_OPERATION,
	SCIM_ENTRY_REVISION,
	SCIM_ENTRY_VERSION,
	SCIM_ENTRY_PREVIOUS_VERSION,
	SCIM_ENTRY_CHANGED,
	SCIM_ENTRY_BEFORE,
	SCIM_ENTRY_MEMBERS,
	SCIM_ENTRY_ACTOR,
	SCIM_ENTRY_AGENT,
	SCIM_ENTRY_TOOL,
	SCIM_ENTRY_APPLICATION_NAME,
	SCIM_ENTRY_EXPECTED_VERSION,
	SCIM_ENTRY_ERROR_CODE
} ScimEntryColumn;

#define SCIM_ENTRY_COLUMNS (SCIM_ENTRY_ERROR_CODE + 1)

/*
 * Puts a row into it, as its owner would; seq and xid are filled in.  Where there
 * is no such table, nothing happens.
 */
extern void scim_insert_entry(Datum values[SCIM_ENTRY_COLUMNS], bool nulls[SCIM_ENTRY_COLUMNS]);

#endif							/* SCIM_HISTORY_TABLE_H */
