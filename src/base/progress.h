/*
 * progress.h
 *		How far a call is that takes long, for clients that want to know (scimver.progress).
 *
 * It is told by messages of level INFO, which a client gets at once, whatever its settings, with
 * the SQLSTATE PT102: "DONE TOTAL", two integers.  DONE only ever grows within a statement; there
 * are ten a second at most, the first and the last of a work always among them.
 */
#ifndef SCIM_BASE_PROGRESS_H
#define SCIM_BASE_PROGRESS_H

#include "postgres.h"

/*
 * Runs work(argument), which tells how much of so many parts it has done.  What is run inside
 * of it, such as by a trigger, has no progress of its own.
 */
extern void scim_run_with_progress(int64 total, void (*work) (void *argument), void *argument);

/* Is it told, so that it had better go in parts? */
extern bool scim_tells_progress(void);

/* So many parts of it are done.  Costs nothing where nobody wants to know. */
extern void scim_tell_progress(int64 done);

#endif							/* SCIM_BASE_PROGRESS_H */
