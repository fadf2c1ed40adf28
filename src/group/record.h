/*
 * record.h
 *		What the history is told of a group's members where the trigger of the
 *		group's row does not see it.
 */
#ifndef SCIM_GROUP_RECORD_H
#define SCIM_GROUP_RECORD_H

#include "history/moves.h"
#include "registry/registration.h"
#include "resource/frame.h"

/* Does the history keep what happens to the groups now?  A subscriber keeps none. */
extern bool scim_records_groups(const ScimRegistration *groups);

/*
 * Members of a group moved as "pending" says, whose row is locked, as nothing is
 * kept in it, so that no trigger fires: the change is recorded.  Within SPI.
 */
extern void scim_record_moved(const ScimRegistration *groups, const char *tenant, const char *id,
							  const ScimPending *pending);

/*
 * The members of a group that is deleted, as moves: all that went; NULL: it had
 * none.  For the AFTER ROW trigger of its DELETE, that the statement under way
 * fires: of what cascades take along, all of it is here.  "sum": what the row
 * says; if that is not known, it is summed up.  Where what is found is something
 * else, or too much, only the sum is kept.
 */
extern const ScimMemberMoves *scim_members_of_deleted(const ScimRegistration *groups,
													  const char *tenant, const char *id,
													  ScimMemberSum *sum);

#endif							/* SCIM_GROUP_RECORD_H */
