/*
 * known.h
 *		What a session has found out of a role and a table, kept until a registration,
 *		a privilege on a table or a role may have changed.
 */
#ifndef SCIM_STATEMENT_KNOWN_H
#define SCIM_STATEMENT_KNOWN_H

#include "postgres.h"

#include "registry/registration.h"
#include "utils/hsearch.h"

/* Who asks what of which table.  It is hashed as bytes, so there is no padding. */
typedef struct ScimKnownKey
{
	Oid			role;
	Oid			relid;
	Oid			trigger;		/* that of the registration */
	int			question;		/* the caller's: what for */
	int			unforced;		/* 1: within a foreign key's statement, which policies that are
								 * forced on owners do not concern; 0: not */
} ScimKnownKey;

/* The head of what is kept, on which the rest follows. */
typedef struct ScimKnown
{
	ScimKnownKey key;
	uint64		generation;		/* of the registrations, which move with privileges on tables */
	uint64		roles;			/* and of the roles */
} ScimKnown;

/* What is kept of one kind; a static variable. */
typedef struct ScimKnowledge
{
	const char *name;
	Size		size;			/* of one, with its head */
	HTAB	   *all;			/* NULL at first */
} ScimKnowledge;

/*
 * What is known for the current role, or NULL; it may move as soon as anything is
 * kept.  *head: that of what is to be found out then.
 */
extern const void *scim_recall(ScimKnowledge *knowledge, const ScimRegistration *registration,
							   int question, ScimKnown *head);

/*
 * Keeps a copy of what was found out, from its head on; for callers whose registrations
 * are current still (scim_is_current), as they may have changed meanwhile.
 */
extern void scim_keep_known(ScimKnowledge *knowledge, const ScimKnown *found);

#endif							/* SCIM_STATEMENT_KNOWN_H */
