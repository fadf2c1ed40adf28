/*
 * guard.h
 *		A row in the hands of the row trigger, asked whether it may change.
 */
#ifndef SCIM_TRIGGER_GUARD_H
#define SCIM_TRIGGER_GUARD_H

#include "trigger/work.h"

/*
 * Before an UPDATE changes the resource, which is locked, or has it go: others may not hold
 * it, and its policy must not keep it.  (INSERT: of a row that moved to another partition,
 * and has changed on its way.)
 */
extern void scim_work_guard(ScimTriggerRow *work);

/* The same before a resource comes: what its policy says. */
extern void scim_work_guard_new(ScimTriggerRow *work);

/* Could the first have something against it?  For those who only then look closer. */
extern bool scim_work_is_guarded(const ScimTriggerRow *work);

#endif							/* SCIM_TRIGGER_GUARD_H */
