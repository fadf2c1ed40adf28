/*
 * rate_ways.h
 *		The ways of doing the same that rate.c runs, and what it needs to know of them.
 */
#ifndef RATE_WAYS_H
#define RATE_WAYS_H

#define MANY 1000				/* members at once */

/* What the parameters of a statement are. */
typedef enum Parameters
{
	TENANT_ID,					/* $1 tenant, $2 id */
	TENANT_ID_CHANGE,			/* and $3 {"nickName": another} */
	TENANT_ID_DOCUMENT,			/* and $3 another document */
	TENANT_ID_DOCUMENT_VERSION, /* and $4 the version that the row has */
	TENANT_ID_CHANGE_VERSION,	/* $3 {"nickName": another}, $4 the version that the row has */
	TENANT_ID_PATCH_VERSION,	/* $3 operations that do so, $4 the version that the row has */
	NEW_MEMBER,					/* $1 id of a user who is not in the group: see groups.sql */
	NEW_MEMBERS,				/* $1 ids of MANY such users */
	OLD_MEMBER,					/* $1 id of a user who is in the large group */
	TENANT_NAME,				/* $1 tenant, $2 a userName, which is a work address too: see
								 * scim.sql */
	TENANT_NAME_FILTER,			/* $1 tenant, $2 userName eq "..." */
	TENANT_MAIL_FILTER,			/* $1 tenant, $2 emails[type eq "work" and value eq "..."] */
	TENANT,						/* $1 tenant */
	ID_NAME,					/* $1 id, $2 another nickName */
	NOTHING,
} Parameters;

typedef struct Way
{
	const char *name;
	Parameters	parameters;
	const char *sql;
	const char *undo;			/* same parameters; not timed */
	int			version_column; /* of the result: the new version; -1: none */
} Way;

/* The way of that name; NULL if there is none. */
extern const Way *find_way(const char *name);

#endif
