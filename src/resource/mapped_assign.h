/*
 * mapped_assign.h
 *		The columns of a mapped table that a statement writes, and their values.
 */
#ifndef SCIM_RESOURCE_MAPPED_ASSIGN_H
#define SCIM_RESOURCE_MAPPED_ASSIGN_H

#include "resource/row_write.h"
#include "statement/sql.h"

/*
 * A column that is written, and its value.  The texts name columns by
 * placeholders: what is written again and again is prepared, and its text
 * filled in, once.
 */
typedef struct ScimAssignment
{
	const char *column;			/* as a placeholder, or (NULL) a mapped one */
	int			place;			/* that no other column has: among the mapped ones, or (by its
								 * kind) behind them */
	Oid			type;
	Datum		value;
	bool		isnull;
} ScimAssignment;

typedef struct ScimAssignments
{
	ScimAssignment *items;
	int			count;
	int			mapped_count;
} ScimAssignments;

/* How many places there are. */
static inline int
scim_assignable_places(const ScimRegistration *registration)
{
	return registration->mapped_count + SCIM_COLUMNS;
}

/* What is written of it: an INSERT leaves out what has no value. */
extern ScimAssignments scim_list_assignments(const ScimRowWrite *write);

/* The column, and the value as a parameter. */
extern void scim_append_assigned(StringInfo text, const ScimAssignment *assignment);
extern void scim_append_assigned_value(ScimSql *sql, const ScimAssignment *assignment);

#endif							/* SCIM_RESOURCE_MAPPED_ASSIGN_H */
