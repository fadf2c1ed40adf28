/*
 * move.h
 *		Rows that an UPDATE moves to another partition.
 */
#ifndef SCIM_TRIGGER_MOVE_H
#define SCIM_TRIGGER_MOVE_H

#include "trigger/work.h"

/*
 * An UPDATE that moves a row to another partition is an UPDATE there and an
 * INSERT here.  The UPDATE's trigger leaves word, the INSERT's takes it: true
 * if the new row is one that moves; then revision, created, lastModified and
 * members are as the UPDATE left them, *version is the one it left (or NULL).
 */
extern void scim_work_leave_word(ScimTriggerRow *work);
extern bool scim_work_take_word(ScimTriggerRow *work, const char **version);

#endif							/* SCIM_TRIGGER_MOVE_H */
