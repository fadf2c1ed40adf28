/*
 * once.h
 *		Calls of tools that are named by a key, so that a client can repeat them.
 */
#ifndef SCIM_TOOLS_ONCE_H
#define SCIM_TOOLS_ONCE_H

#include "operation/once.h"
#include "tools/tool_call.h"

/* The call's key, if it has one, or the session has, and what it names: but for the tenant. */
extern ScimOnce scim_once_of_call(const ScimToolCall *call);

/*
 * Runs work(call), a write with these options that fills in call->written: once, if the call is
 * named by a key (operation/repeat.h).
 */
extern void scim_write_call_once(ScimToolCall *call, const ScimWriteOptions *options,
								 void (*work) (void *argument), void *argument);

#endif							/* SCIM_TOOLS_ONCE_H */
