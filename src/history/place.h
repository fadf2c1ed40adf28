/*
 * place.h
 *		The table of the history: where it is, and its columns.
 */
#ifndef SCIM_HISTORY_PLACE_H
#define SCIM_HISTORY_PLACE_H

#include "postgres.h"

#include "access/attnum.h"

/* The columns of scim_history_rows, in their order; later versions add theirs behind. */
typedef enum ScimHistoryColumn
{
	SCIM_HISTORY_SEQ = 1,
	SCIM_HISTORY_XID,
	SCIM_HISTORY_AT,
	SCIM_HISTORY_TENANT,
	SCIM_HISTORY_TYPE,
	SCIM_HISTORY_ID,
	SCIM_HISTORY_DID,			/* operation */
	SCIM_HISTORY_REVISION,
	SCIM_HISTORY_VERSION,
	SCIM_HISTORY_PREVIOUS_VERSION,
	SCIM_HISTORY_CHANGED,
	SCIM_HISTORY_BEFORE,
	SCIM_HISTORY_MEMBERS,
	SCIM_HISTORY_ACTOR,
	SCIM_HISTORY_AGENT,
	SCIM_HISTORY_TOOL,
	SCIM_HISTORY_APPLICATION_NAME,
	SCIM_HISTORY_EXPECTED_VERSION,
	SCIM_HISTORY_ERROR_CODE
} ScimHistoryColumn;

#define SCIM_HISTORY_COLUMNS SCIM_HISTORY_ERROR_CODE

/* scim_history_rows; InvalidOid: the extension is older than the history (1.0). */
extern Oid	scim_history_table(void);

/*
 * Its index (tenant_id, resource_type, resource_id, seq), by which it is read; an
 * error if it is gone.
 */
extern Oid	scim_history_resource_index(void);

#endif							/* SCIM_HISTORY_PLACE_H */
