/*
 * consult.h
 *		Asking the user of a client what is to become of a conflict: on_conflict "ask_user".
 *
 * Nothing waits meanwhile.  A question is an answer of the tool, with a form for the user, and
 * with a text that says which call found which version (consult_state.h).  The same call with
 * that text and what he said is a new write, on condition of the version that he was shown: if
 * somebody came in between, it is asked anew.
 */
#ifndef SCIM_TOOLS_CONSULT_H
#define SCIM_TOOLS_CONSULT_H

#include "tools/tool_call.h"

/*
 * After the arguments: what the user said, if he was asked.  INVALID_ARGUMENT with path
 * requestState (it is none, is too old, or of another call) or inputResponses.
 */
extern void scim_read_decision(ScimToolCall *call);

/* Has the user been asked, and let it be? */
extern bool scim_was_declined(const ScimToolCall *call);

/*
 * What he said was of another version than the one that is there now: then nothing has been
 * decided.
 */
extern void scim_forget_decision(ScimToolCall *call);

/* The handler in the place of the tool's where what is there is to be kept. */
extern text *scim_run_keep(ScimToolCall *call);

/*
 * What the client is told after an error, whose envelope is given: that, or a question, in
 * which it stands as what is told otherwise.
 */
extern text *scim_ask(ScimToolCall *call, const ErrorData *error, text *envelope);

#endif							/* SCIM_TOOLS_CONSULT_H */
