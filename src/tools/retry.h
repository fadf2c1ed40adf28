/*
 * retry.h
 *		How often a call was tried in vain, and when to try it again.
 */
#ifndef SCIM_TOOLS_RETRY_H
#define SCIM_TOOLS_RETRY_H

#include "history/refused.h"
#include "tools/tool_call.h"

/* What is to be recorded of a call that is answered with an error of that kind. */
extern ScimRefusal scim_refusal_of(const ScimToolCall *call, const ScimErrorKind *kind);

/*
 * Before a write on condition of a version: CONFLICT_STORM, if that was stale too often
 * in the last minute (scimver.max_attempts).  Not of a call that merges, nor of one
 * without an expected version, nor of one that names a lease of the resource.
 */
extern void scim_refuse_storm(ScimToolCall *call);

/* After VERSION_MISMATCH: the attempts that stand in the history, this one among them. */
extern void scim_note_attempts(ScimToolCall *call, const ScimRefusal *refusal);

/* Says in the content of a failure how many there were, if that is known, and when to go on. */
extern void scim_show_retry(const ScimToolCall *call, JsonbValue *content);

#endif							/* SCIM_TOOLS_RETRY_H */
