/*
 * wal.h
 *		What is visible may still be lost.
 */
#ifndef SCIM_HISTORY_WAL_H
#define SCIM_HISTORY_WAL_H

#include "postgres.h"

/*
 * Returns when all that is visible by now is on disk: a transaction that does not wait
 * for that (synchronous_commit = off) is seen before, and may be undone by a crash.
 */
extern void scim_make_durable(void);

#endif							/* SCIM_HISTORY_WAL_H */
