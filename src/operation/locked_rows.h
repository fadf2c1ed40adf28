/*
 * locked_rows.h
 *		Rows of a table that are to be locked together: in the order of their ids, each as
 *		strongly as it has to be.
 */
#ifndef SCIM_OPERATION_LOCKED_ROWS_H
#define SCIM_OPERATION_LOCKED_ROWS_H

#include "registry/registration.h"

/* How a row is to be locked; each conflicts with more than the one before it. */
typedef enum ScimLockStrength
{
	SCIM_LOCK_NOT,
	SCIM_LOCK_KEY_SHARE,
	SCIM_LOCK_NO_KEY_UPDATE,
	SCIM_LOCK_UPDATE
} ScimLockStrength;

typedef struct ScimLockedRow
{
	const char *id;				/* as the table's type writes it */
	ScimLockStrength member;	/* as who is named as a member, */
	ScimLockStrength target;	/* and as what is written or deleted */
	bool		leaves;			/* it will be gone, and with it its memberships */
} ScimLockedRow;

/* The rows of a table. */
typedef struct ScimLockedTable
{
	const ScimRegistration *table;
	char	   *tenant;
	ScimLockedRow *rows;
	int			count;
	int			capacity;
	bool		is_written;		/* or its rows are deleted, or made */
} ScimLockedTable;

/* One more row, which is not locked yet; NULL: the id is nobody's. */
extern ScimLockedRow *scim_add_locked_row(ScimLockedTable *table, const char *id);

/* In the order of locks, each once, with all that is said of it. */
extern void scim_sort_locked_rows(ScimLockedTable *table);

/* Leaves out what is not there, or hidden from the caller.  Of rows that are sorted; within SPI. */
extern void scim_keep_seen_rows(ScimLockedTable *table);

/*
 * The same of what policies of row level security do not let the caller write: these are locked at
 * most as members.  Locks the others for a moment, so it comes right before they are locked.
 */
extern void scim_keep_writable_rows(ScimLockedTable *table);

/*
 * Locks them as the table's owner, each as "strength_of" says.  Of rows that are sorted; within
 * SPI.
 */
extern void scim_lock_rows(const ScimLockedTable *table,
						   ScimLockStrength (*strength_of) (const ScimLockedRow *row));

#endif							/* SCIM_OPERATION_LOCKED_ROWS_H */
