/*
 * bulk_members.h
 *		Who is named in a bulk as a member that is to come to a group.
 */
#ifndef SCIM_OPERATION_BULK_MEMBERS_H
#define SCIM_OPERATION_BULK_MEMBERS_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "resource/frame.h"
#include "utils/jsonb.h"

/*
 * The ids (of char *) of members in the data of a create, an update, or a patch of a group:
 * of all that are to come, and, as nothing of it is checked, perhaps of others, or of
 * nobody.  *refers: a member is named that the bulk itself makes.
 */
extern List *scim_bulk_members(ScimOperation operation, Jsonb *data, bool *refers);

#endif							/* SCIM_OPERATION_BULK_MEMBERS_H */
