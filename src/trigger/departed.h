/*
 * departed.h
 *		Rows that an UPDATE moves to another partition, as the history's triggers
 *		see them: a DELETE there and an INSERT here are one change.
 */
#ifndef SCIM_TRIGGER_DEPARTED_H
#define SCIM_TRIGGER_DEPARTED_H

#include "commands/trigger.h"
#include "registry/registration.h"
#include "trigger/work.h"

/*
 * Has the row that is deleted moved to another partition of the table, to which
 * this statement has added it?  Then it is kept for the INSERT's trigger.
 */
extern bool scim_keep_departed(const ScimRegistration *table, const ScimTriggerRow *work,
							   const TriggerData *data);

/*
 * Is the row that is inserted one that was kept?  Then "work" becomes an update of
 * it, in the columns of the table.
 */
extern bool scim_take_departed(const ScimRegistration *table, ScimTriggerRow *work,
							   const TriggerData *data);

#endif							/* SCIM_TRIGGER_DEPARTED_H */
