/*
 * write.h
 *		Writing an entry of the history.
 */
#ifndef SCIM_HISTORY_WRITE_H
#define SCIM_HISTORY_WRITE_H

#include "history/change.h"

/* Writes an entry as it is, whatever is under way. */
extern void scim_write_history(const ScimChange *change);

#endif							/* SCIM_HISTORY_WRITE_H */
