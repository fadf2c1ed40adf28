/*
 * history.h
 *		What the triggers of the history do of a row, and of a table.
 */
#ifndef SCIM_TRIGGER_HISTORY_H
#define SCIM_TRIGGER_HISTORY_H

#include "trigger/work.h"

/* Records what became of the row: created, changed, deleted, or nothing. */
extern void scim_record_row(ScimTriggerRow *work);

#endif							/* SCIM_TRIGGER_HISTORY_H */
