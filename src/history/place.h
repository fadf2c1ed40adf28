/*
 * place.h
 *		The table of the history: where it is, and its columns.
 */
#ifndef SCIM_HISTORY_PLACE_H
#define SCIM_HISTORY_PLACE_H

#include "postgres.h"

#include "access/attnum.h"
#include "access/tupdesc.h"
#include "base/compat.h"
#include "nodes/pg_list.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

/* The columns of scim_history_rows, in their order, from 0; later versions add theirs behind. */
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
	SCIM_ENTRY_ERROR_CODE,
	SCIM_ENTRY_PROPOSAL,
	SCIM_ENTRY_TRACE,
	SCIM_ENTRY_PRINCIPAL
} ScimEntryColumn;

#define SCIM_ENTRY_COLUMNS (SCIM_ENTRY_PRINCIPAL + 1)

/* The same as numbers of attributes. */
#define SCIM_ENTRY_NUMBER(column) ((AttrNumber) ((column) + 1))

/* How a column was made. */
typedef struct ScimEntryForm
{
	const char *name;
	Oid			type;
	bool		always;			/* NOT NULL */
} ScimEntryForm;

extern const ScimEntryForm scim_entry_forms[SCIM_ENTRY_COLUMNS];

/* Does the table begin with these columns, whatever its owner has put behind them? */
extern bool scim_has_entry_columns(TupleDesc descriptor);

/*
 * scim_history_rows; InvalidOid: the extension is older than the history (1.0).
 * An error if it is gone, as nobody would know of what is not recorded.
 */
extern Oid	scim_history_table(void);

/* Its sequence, or an error. */
extern Oid	scim_history_sequence(void);

/* The table that says whose transactions its xids are; InvalidOid: as above. */
extern Oid	scim_history_server_table(void);

/* The table that says how far it was pruned, tenant by tenant. */
extern Oid	scim_history_pruned_table(void);

/* Opens the table to be read; an error if its columns are others.  NULL: as above. */
extern Relation scim_open_history_table(LOCKMODE mode);

/* The indexes by which it is read. */
typedef enum ScimHistoryIndex
{
	SCIM_BY_RESOURCE,			/* tenant_id, resource_type, resource_id, seq; no refusals */
	SCIM_BY_REFUSED,			/* the same of refusals alone */
	SCIM_BY_SEQ,				/* tenant_id, seq: the primary key */
	SCIM_BY_XID					/* xid, seq */
} ScimHistoryIndex;

#define SCIM_HISTORY_INDEXES (SCIM_BY_XID + 1)

/* One of them, of that table; an error if it is gone, or another one. */
extern Oid	scim_history_index(Relation table, ScimHistoryIndex which);

/*
 * Is that the predicate of SCIM_BY_RESOURCE, and so has an index of the table all rows
 * but refusals?  Is it that of SCIM_BY_REFUSED, and so has it these alone?
 */
extern bool scim_leaves_out_refused(const List *predicate);
extern bool scim_takes_refused_alone(const List *predicate);

#endif							/* SCIM_HISTORY_PLACE_H */
