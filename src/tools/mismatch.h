/*
 * mismatch.h
 *		What a tool answers where the expected version is stale: what is there now, what a
 *		merge would come to, and what to do.
 */
#ifndef SCIM_TOOLS_MISMATCH_H
#define SCIM_TOOLS_MISMATCH_H

#include "base/errors.h"
#include "tools/tool_call.h"

/*
 * After an error of the call: if it is VERSION_MISMATCH of what the call was for, it is
 * stale, and the resource is read as it is now.  What that finds is newer than the
 * mismatch: if the resource is gone or forbidden by now, that is the error that is
 * returned, else the one that is given.
 */
extern ErrorData *scim_look_at_mismatch(ScimToolCall *call, ErrorData *error);

/* Is the resource what the call expected, now that it is read again? */
extern bool scim_current_is_expected(const ScimToolCall *call);

/*
 * The content of a stale call, with the fields of its error: leaves out what is large of
 * these, as far as it must be: values of conflicts first, then changes, then conflicts and
 * paths; counted in merge and more_changes.  What is too large even so is "omitted".
 */
extern void scim_fit_mismatch(const ScimToolCall *call, JsonbValue *content,
							  JsonbValue *omitted);

/* Adds what is there now, as far as there is room, and what to do next. */
extern void scim_show_mismatch(const ScimToolCall *call, JsonbValue *content,
							   JsonbValue *metadata, JsonbValue *omitted);

#endif							/* SCIM_TOOLS_MISMATCH_H */
