/*
 * proposing.h
 *		Writes that become proposals instead of being made.
 */
#ifndef SCIM_OPERATION_PROPOSING_H
#define SCIM_OPERATION_PROPOSING_H

#include "operation/write.h"

/*
 * Is it "propose"?  INVALID_VALUE, if it is neither that nor "fail" (or NULL); "words" are those
 * that there are.
 */
extern bool scim_takes_proposals(const char *on_conflict, const char *words);

/* The same of a write, which then may become a proposal; and of one that is not merged. */
extern void scim_write_take_word(ScimWrite *write, const char *on_conflict, const char *words);
extern void scim_write_take_proposing(ScimWrite *write, const ScimWriteOptions *options);

/*
 * Asked by a write that may become a proposal (write->proposes), with the row locked (or
 * none, if it is to be created) and what is wanted known, before anything is written: does
 * it?  Then the proposal is made, and the write is over.
 */
extern bool scim_write_proposes(ScimWrite *write);

/*
 * The same of a delete of the row, once it is known that it does: result->resource becomes the
 * proposal.
 */
extern void scim_propose_delete(const ScimTarget *target, const ScimWriteOptions *options,
								const ScimRow *row, ScimWriteResult *result);

/* INVALID_VALUE of a reason (NULL: none) that is too long. */
extern void scim_check_reason(const char *reason);

/*
 * INVALID_VALUE (path) of a write that sets a password or what is never returned: a proposal
 * is kept, and read.  Also where it is the same already, as the answer would tell that to
 * whoever guesses it.
 */
extern void scim_refuse_hidden(const ScimWrite *write);

/* Does it throw? */
extern bool scim_write_has_secrets(const ScimWrite *write);

#endif							/* SCIM_OPERATION_PROPOSING_H */
