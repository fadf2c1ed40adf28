/*
 * statements.h
 *		All SQL that scimver runs on registered tables: one table of texts, each
 *		prepared once per role and relation.
 */
#ifndef SCIM_STATEMENTS_H
#define SCIM_STATEMENTS_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "store/registration.h"

typedef enum ScimStatement
{
	/* rows of the resource's table: see {row} in statements.c */
	SCIM_GET,					/* tenant, id */
	SCIM_LOCK,					/* tenant, id: FOR NO KEY UPDATE */
	SCIM_GET_PASSWORD,			/* tenant, id */
	SCIM_FILL_VERSION,			/* tenant, id: lets the trigger fill a NULL version */
	SCIM_INSERT,				/* tenant, data */
	SCIM_INSERT_PASSWORD,		/* tenant, data, password */
	SCIM_UPDATE,				/* tenant, id, data, expected version or NULL */
	SCIM_UPDATE_PASSWORD,		/* the same, password (NULL clears it) */
	SCIM_DELETE,				/* tenant, id, expected version or NULL */

	/* locks, taken as the table's owner, as foreign keys do */
	SCIM_LOCK_FOR_DELETE,		/* tenant, id: FOR UPDATE */
	SCIM_LOCK_MEMBERS,			/* tenant, ids: FOR KEY SHARE, in the order of ids */
	SCIM_LOCK_MEMBER,			/* tenant, id: the same for one */
	SCIM_LOCK_HOLDERS,			/* tenant, ids: FOR NO KEY UPDATE, in the order of ids */
	SCIM_LOCK_GROUP,			/* tenant, id: FOR NO KEY UPDATE */
	SCIM_TOUCH_GROUP,			/* tenant, id: the row trigger adds what is pending */
	SCIM_EMPTY_GROUPS,			/* (none): all groups that have members */

	/* memberships; the relation is the membership table */
	SCIM_FIND_HOLDERS,			/* tenant, id: as owner; the groups that hold it */
	SCIM_ADD_MEMBERS,			/* tenant, group, types, ids */
	SCIM_ADD_MEMBER,			/* tenant, group, type, id: the same for one */
	SCIM_REMOVE_MEMBERS,		/* tenant, group, ids */
	SCIM_KEEP_MEMBERS,			/* tenant, group, types, ids: removes all others */
	SCIM_COUNT_MEMBERS,			/* tenant, group, ids */
	SCIM_FIND_WAY_BACK,			/* tenant, group, ids: as owner; one of them that holds the group, or is it */
	SCIM_SHOW_GROUPS,			/* tenant, user: group, is it direct, display; indirect ones too */

	/* members as they are shown; the relation is the table of the members */
	SCIM_SHOW_MEMBERS,			/* tenant, groups, type, NULL: group, member, display */
	SCIM_SHOW_MEMBER_IDS,		/* the same without display */
	SCIM_LIST_MEMBERS,			/* tenant, group, type, id to begin with, limit: member, display */

	/* tenants; any relation */
	SCIM_IS_GRANTED				/* tenant */
} ScimStatement;

#define SCIM_STATEMENTS (SCIM_IS_GRANTED + 1)

/* Or-ed to a statement: rows come without a user's groups, and nothing of them is read. */
#define SCIM_BARE 0x1000

/*
 * Runs a statement within SPI; "nulls" as SPI takes them, or NULL.  A reading
 * statement (fresh false) runs under the active snapshot, others under a new
 * one.  Returns SPI_processed.
 */
extern uint64 scim_run(int statement, const ScimRegistration *registration,
					   Datum *values, const char *nulls, bool read_only);

/*
 * Appends a text with its placeholders filled in: {table} and {tenant}, {id},
 * {data}, ... of the relation, {members.table}, {members.group}, ... of the
 * membership table, {groups.id}, ... of the group table, {bare} and {row} the
 * columns that scim_read_row expects (of a row r), {ext} the schema of scimver.
 */
extern void scim_append_statement(StringInfo out, const char *text, const ScimRegistration *registration);

#endif							/* SCIM_STATEMENTS_H */
