/*
 * answered.h
 *		Writes that were refused, as others had changed the same resource, and are made all the
 *		same, as a person says who was asked.
 *
 * The answer is good for the version that he was shown, and for no other: a write that finds
 * another is refused anew.
 */
#ifndef SCIM_OPERATION_ANSWERED_H
#define SCIM_OPERATION_ANSWERED_H

#include "operation/write.h"

/* Says it (NULL: there is none) that nothing is to be written but a proposal? */
extern bool scim_answer_proposes(const ScimAnswer *answer);

/* Is the write to be made of the row, which is not the one that it expected? */
extern bool scim_answer_holds(const ScimAnswer *answer, const ScimRow *row);

/*
 * The row is the expected one again: what was decided on is no more.  (To write then what the
 * call asked for would be another thing than what the person saw, and said.)
 */
extern SCIM_NORETURN void scim_throw_outdated_answer(const ScimResourceType *type);

/* An update or a patch takes the answer of its options, if they have one, in. */
extern void scim_write_take_answer(ScimWrite *write, const ScimAnswer *answer);

/* The row is locked, and was compared: is the answer, if there is one, still to the point? */
extern void scim_write_check_answer(const ScimWrite *write, bool stale);

/*
 * A stale write is about to be merged: by the answer, if that holds; if it does not, only to
 * tell what it would come to.
 */
extern void scim_write_apply_answer(ScimWrite *write);

#endif							/* SCIM_OPERATION_ANSWERED_H */
