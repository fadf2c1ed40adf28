/*
 * stored_rows.h
 *		Rows of a registered table in bulk: what they hold, and what they should.
 */
#ifndef SCIM_RESOURCE_STORED_ROWS_H
#define SCIM_RESOURCE_STORED_ROWS_H

#include "lib/stringinfo.h"
#include "resource/row.h"

/* A row with what it should hold. */
typedef struct ScimInspectedRow
{
	const ScimRegistration *registration;
	Datum	   *values;			/* of the columns that scim_append_stored_columns names */
	bool	   *nulls;
	ScimMemberSum members;		/* of a group: as its memberships are; as stored, if there is no
								 * table of them */

	/* by scim_inspect_row */
	ScimRow		row;			/* as it is */
	char	   *version;		/* of the row's content */
	ScimMemberSum stored_members;	/* as they are stored; known: the row tells of them */
	char	   *stored_version; /* of the content with these */
	const char *error;			/* by scim_visit_rows: why it could not be computed, or NULL */
	Jsonb	   *tidied;			/* of a created table: the document as it should be stored; NULL:
								 * it is */
} ScimInspectedRow;

/* The columns that scim_read_stored_rows expects, of a table that has the alias r. */
extern void scim_append_stored_columns(StringInfo out, const ScimRegistration *registration);

/* The rows of SPI_tuptable (which is freed), in the current context; *count: how many. */
extern ScimInspectedRow *scim_read_stored_rows(const ScimRegistration *registration, int *count);

/* Tenant (NULL: the table has no such column) and id of a row, as text. */
extern char *scim_stored_tenant(const ScimInspectedRow *row);
extern char *scim_stored_id(const ScimInspectedRow *row);

/* Two parameters, arrays of tenants and ids: their types, and those of rows. */
extern void scim_key_types(const ScimRegistration *registration, Oid types[2]);
extern void scim_stored_keys(const ScimInspectedRow *rows, int count, Datum keys[2]);

/* The same of any tenants (NULL: of a table without that column) and ids. */
extern void scim_key_arrays(const ScimRegistration *registration, Datum *tenants, Datum *ids,
							int count, Datum keys[2]);

/* The condition that a row r has one of the keys $1, $2. */
extern void scim_append_has_key(StringInfo out, const ScimRegistration *registration);

/* ORDER BY: the order in which rows r, of any tenants, are locked. */
extern void scim_append_lock_order(StringInfo out, const ScimRegistration *registration);

/*
 * Counts the members of groups from their memberships; not where there is no
 * membership table.  Within SPI; under the active snapshot, or (fresh) a new one.
 */
extern void scim_count_members(ScimInspectedRow *rows, int count, bool fresh);

/*
 * What the row should hold.  INVALID_VALUE if its content has no version, as
 * its document is no object.
 */
extern void scim_inspect_row(ScimInspectedRow *row);

/* Does the row hold it?  What is not filled yet is not wrong. */
extern bool scim_has_right_version(const ScimInspectedRow *row);
extern bool scim_has_right_members(const ScimInspectedRow *row);

/* Is something of it not filled yet? */
extern bool scim_is_unfilled(const ScimInspectedRow *row);

/*
 * PERMISSION_DENIED if row level security would hide rows of the table, or of
 * the memberships of its groups.
 */
extern void scim_refuse_hidden_rows(const ScimRegistration *registration);

#endif							/* SCIM_RESOURCE_STORED_ROWS_H */
