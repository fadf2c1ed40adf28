/*
 * statements.h
 *		All SQL that scimver runs on registered tables: one table of texts, each
 *		prepared once per role and relation.
 */
#ifndef SCIM_STATEMENT_STATEMENTS_H
#define SCIM_STATEMENT_STATEMENTS_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "lib/stringinfo.h"
#include "registry/registration.h"

typedef enum ScimStatement
{
	/* rows of the resource's table: see {row} in text.h */
	SCIM_GET,					/* tenant, id */
	SCIM_LOCK,					/* tenant, id: FOR NO KEY UPDATE */
	SCIM_LOCK_KEY,				/* tenant, id: FOR UPDATE */
	SCIM_SEE,					/* tenant, ids: those of them that the caller may see */
	SCIM_GET_PASSWORD,			/* tenant, id */
	SCIM_FILL_VERSION,			/* tenant, id: lets the trigger fill a NULL version */
	SCIM_INSERT,				/* tenant, data */
	SCIM_INSERT_PASSWORD,		/* tenant, data, password */
	SCIM_UPDATE,				/* tenant, id, data, expected version or NULL */
	SCIM_UPDATE_PASSWORD,		/* the same, password (NULL clears it) */
	SCIM_DELETE,				/* tenant, id, expected version or NULL: returns what was deleted */

	/* locks, taken as the table's owner, as foreign keys do */
	SCIM_LOCK_FOR_DELETE,		/* tenant, id: FOR UPDATE */
	SCIM_LOCK_MEMBERS,			/* tenant, ids: FOR KEY SHARE, in the order of ids */
	SCIM_LOCK_MEMBER,			/* tenant, id: the same for one */
	SCIM_LOCK_HOLDERS,			/* tenant, ids: FOR NO KEY UPDATE, in the order of ids, also of
								 * those that are marked */
	SCIM_LOCK_GROUP,			/* tenant, id: FOR NO KEY UPDATE; its tenant */
	SCIM_TOUCH_GROUP,			/* tenant, id: the row trigger adds what is pending */
	SCIM_FIND_GROUP,			/* tenant, id: where the row is */
	SCIM_HOLD_GROUP,			/* tenant, id: FOR KEY SHARE, as a foreign key does */
	SCIM_READ_GROUP,			/* tenant, id: the same row, as it is */
	SCIM_EMPTY_GROUPS,			/* (none): all groups that have members */
	SCIM_RECOUNT_GROUPS,		/* (none): all groups that memberships are stored of */
	SCIM_ALL_GROUPS,			/* (none): ids and tenants, in the order of locks */
	SCIM_FIND_GONE,				/* tenant, ids: as owner; those that no row has */

	/* memberships; the relation is the membership table */
	SCIM_MEMBERS_OF,			/* tenant, group, limit: as owner; members and their types */
	SCIM_FIND_HOLDERS,			/* tenant, id: as owner; the groups that hold it */
	SCIM_ADD_MEMBERS,			/* tenant, group, types, ids */
	SCIM_ADD_MEMBER,			/* tenant, group, type, id: the same for one */
	SCIM_REMOVE_MEMBERS,		/* tenant, group, ids */
	SCIM_REMOVE_MANY,			/* the same; reads the whole group */
	SCIM_KEEP_MEMBERS,			/* tenant, group, types, ids: removes all others */
	SCIM_COUNT_MEMBERS,			/* tenant, group, ids */
	SCIM_COUNT_MANY,			/* the same; reads the whole group */
	SCIM_FIND_MEMBERS,			/* tenant, group, ids: those of them that are members, and their
								 * types */
	SCIM_FIND_MANY,				/* the same; reads the whole group */
	SCIM_COUNT_OTHERS,			/* tenant, group, types, ids: those that are not to be kept */
	SCIM_FIND_HOLDERS_ABOVE,	/* tenant, groups: as owner; member, group: of these, of the groups
								 * that hold them, and so on */
	SCIM_SHOW_GROUPS,			/* tenant, user: group, is it direct, display; indirect ones too */

	/* memberships of resources that are deleted; the same */
	SCIM_FIND_OF_MEMBERS,		/* tenant, members: as owner; the groups that hold any of them */
	SCIM_FIND_IN_GROUPS,		/* tenant, groups: as owner; those of them that hold anybody */
	SCIM_REMOVE_OF_MEMBERS,		/* tenant, members */
	SCIM_REMOVE_IN_GROUPS,		/* tenant, groups */
	SCIM_NAMED_MEMBERS,			/* (none): as owner; all members, and their tenants */
	SCIM_NAMED_GROUPS,			/* (none): the same of groups */

	/* members as they are shown; the relation is the table of the members */
	SCIM_SHOW_MEMBERS,			/* tenant, groups, type, NULL: group, member, display */
	SCIM_SHOW_MEMBER_IDS,		/* the same without display */
	SCIM_LIST_MEMBERS,			/* tenant, group, type, id to begin with or NULL, limit: member,
								 * display */

	/* tenants; any relation */
	SCIM_IS_GRANTED				/* tenant */
} ScimStatement;

#define SCIM_STATEMENTS (SCIM_IS_GRANTED + 1)

/* Or-ed to a statement: rows come without a user's groups, and nothing of them is read. */
#define SCIM_BARE 0x1000

/* Who acts, and how; an error restores it, too, as the (sub)transaction ends. */
typedef struct ScimRole
{
	Oid			role;
	int			context;
} ScimRole;

/*
 * Acts as the owner of a table, as foreign keys do: what triggers do then is
 * done with the owner's rights.
 */
extern void scim_act_as(Oid owner, ScimRole *old);

/* The same, of the table with that OID. */
extern void scim_act_as_owner_of(Oid relid, ScimRole *old);

/* Acts as before. */
extern void scim_act_as_before(const ScimRole *old);

/*
 * Runs a statement within SPI; "nulls" as SPI takes them, or NULL.  A reading
 * statement (read_only) runs under the active snapshot, others under a new
 * one.  Returns SPI_processed.
 */
extern uint64 scim_run(int statement, const ScimRegistration *registration,
					   Datum *values, const char *nulls, bool read_only);

/*
 * Runs a reading statement under the active snapshot, within SPI, and has each
 * row taken, with what that allocates freed behind it; for results that may be
 * too large to be held.
 */
extern void scim_scan(int statement, const ScimRegistration *registration, Datum *values,
					  void (*take) (HeapTuple tuple, TupleDesc descriptor, void *argument),
					  void *argument);

#endif							/* SCIM_STATEMENT_STATEMENTS_H */
