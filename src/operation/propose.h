/*
 * propose.h
 *		Changes that become proposals instead of being made.
 */
#ifndef SCIM_OPERATION_PROPOSE_H
#define SCIM_OPERATION_PROPOSE_H

#include "decision/proposal.h"
#include "operation/write.h"

/*
 * Proposes a change of the options' resource, whatever policy there is: "operations" of a
 * patch, {"delete": true} or, without id, {"create": {...}} (and, as a counter to another,
 * {"update": {...}}).  result->resource is {"proposal_id", "status", "version", "changes",
 * "reviewers", "quorum", "expires_at"}.  INVALID_VALUE of what changes nothing, sets a
 * password or what is never returned, or counters the 20th; otherwise errors as of the write.
 */
extern void scim_store_propose(const ScimWriteOptions *options, Jsonb *operations,
							   ScimWriteResult *result);

/* INVALID_VALUE, if on_conflict is neither "propose" nor "fail" (or NULL): which words there are. */
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

#endif							/* SCIM_OPERATION_PROPOSE_H */
