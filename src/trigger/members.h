/*
 * members.h
 *		The members of a group in the hands of the row trigger.
 */
#ifndef SCIM_TRIGGER_MEMBERS_H
#define SCIM_TRIGGER_MEMBERS_H

#include "trigger/work.h"

/* The members of a group that is new. */
extern void scim_work_first_members(ScimTriggerRow *work);

/* Those that the membership triggers have counted since; true if they are others than before. */
extern bool scim_work_next_members(ScimTriggerRow *work);

/* The same of a row that was updated, and is stored: what it has, and what it had. */
extern void scim_work_know_members(ScimTriggerRow *work);

/*
 * 40001 if members of the row's group came or went that the transaction does
 * not see, and nothing in the row tells.
 */
extern void scim_work_refuse_unseen(const ScimTriggerRow *work);

/* What stands in the row of its members, be it nothing: "members" is left alone then. */
extern void scim_work_stored_members(const ScimTriggerRow *work, const ScimColumnValues *row,
									 ScimMemberSum *members);

/* The members of a group's row. */
extern const ScimMemberSum *scim_work_members(ScimTriggerRow *work, const ScimColumnValues *row);

extern void scim_work_set_members(ScimTriggerRow *work, const ScimMemberSum *members);

#endif							/* SCIM_TRIGGER_MEMBERS_H */
