/*
 * repeat.h
 *		Writes of a resource that a client may repeat, as it has named them by a key (once.h).
 */
#ifndef SCIM_OPERATION_REPEAT_H
#define SCIM_OPERATION_REPEAT_H

#include "operation/once.h"
#include "operation/write_options.h"

/*
 * Runs work(argument), a write with these options that fills in the result.  If it was done
 * before, it is not run: the result (repeated) then has the resource, or the proposal that it
 * became, as it is now; NOT_FOUND, if it is not there any more.  The tenant of "once" is that of
 * the options.
 */
extern void scim_write_once(ScimOnce *once, const ScimWriteOptions *options,
							void (*work) (void *argument), void *argument,
							ScimWriteResult *result);

#endif							/* SCIM_OPERATION_REPEAT_H */
