/*
 * direct_way.h
 *		Whether a table's rows may be looked up without a statement, and by which
 *		index.
 */
#ifndef SCIM_STATEMENT_DIRECT_WAY_H
#define SCIM_STATEMENT_DIRECT_WAY_H

#include "postgres.h"

#include "registry/registration.h"
#include "utils/relcache.h"

/* What is looked up. */
typedef enum ScimDirectPurpose
{
	SCIM_DIRECT_ROWS,			/* resources by their ids: what {bare} reads of them */
	SCIM_DIRECT_NAMES,			/* the same: what they are called (scim_name_places) */
	SCIM_DIRECT_GROUPS_OF		/* memberships by their users: the groups */
} ScimDirectPurpose;

/* A column that rows are sought by. */
typedef struct ScimDirectKey
{
	AttrNumber	number;
	const ScimIdType *type;
	Oid			collation;
	Oid			equal;			/* the function */
	int			place;			/* in the index; -1: it is compared in the row */
} ScimDirectKey;

typedef struct ScimDirectWay
{
	Oid			index;
	ScimDirectKey keys[2];		/* the id, and the tenant, if there is a column for it */
	int			key_count;
	bool		has_policies;	/* scimver's own: the role sees tenants that were granted */
} ScimDirectWay;

/*
 * The way for the current role and the purpose to the relation, which is locked.
 * NULL: it is found; else why it takes a statement.
 */
extern const char *scim_find_direct_way(Relation relation, const ScimRegistration *registration,
										ScimDirectPurpose purpose, ScimDirectWay *way);

#endif							/* SCIM_STATEMENT_DIRECT_WAY_H */
