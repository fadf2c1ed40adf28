/*
 * written.h
 *		What a write tells beside the resource.
 */
#ifndef SCIM_OPERATION_WRITTEN_H
#define SCIM_OPERATION_WRITTEN_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * What a caller wants to know of a write beside the resource; filled in as far
 * as the write came, in the caller's memory.
 */
typedef struct ScimWritten
{
	bool		unchanged;		/* what was wanted was there already */
	JsonbValue *ignored;		/* create, update: paths of what was sent and is the server's to
								 * say, where that differs from what is stored now; NULL: none */
	JsonbValue *added;			/* members: ids of who was no member when the group was locked, and
								 * is one now; */
	JsonbValue *removed;		/* and the other way round */
	int64		member_count;	/* members: of the group, now */
	JsonbValue *differing;		/* after VERSION_MISMATCH (also then): paths where what was wanted
								 * differs from what is stored; NULL: nobody knows */
} ScimWritten;

#endif							/* SCIM_OPERATION_WRITTEN_H */
