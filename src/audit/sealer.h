/*
 * sealer.h
 *		What the last call of scim_seal_history saw: the row of scim_history_sealer.
 *
 * All within SPI, and as the owner of the history's tables.
 */
#ifndef SCIM_AUDIT_SEALER_H
#define SCIM_AUDIT_SEALER_H

#include "postgres.h"

#include "base/compat.h"
#include "history/seen.h"

/*
 * As the active snapshot shows it, in the current context; false: nothing was sealed
 * yet.  55000 where its owner made more than one row of it, or one with NULLs, or none
 * though there are seals.
 */
extern bool scim_read_sealer(ScimSeen *seen);

/*
 * Another one takes its place.  40001 if that is not visible to the snapshot of a
 * REPEATABLE READ transaction.
 */
extern void scim_write_sealer(const ScimSeen *seen);

/* 55000 of what is not so. */
extern SCIM_NORETURN void scim_throw_no_sealer(void);

#endif							/* SCIM_AUDIT_SEALER_H */
