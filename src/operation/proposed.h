/*
 * proposed.h
 *		What a proposal keeps of a resource, and of a write: the content, and what of it
 *		would become another.
 *
 * When it is made, and when it is to be applied, that is asked by the same functions: what
 * was approved can only then be compared with what would be done.
 */
#ifndef SCIM_OPERATION_PROPOSED_H
#define SCIM_OPERATION_PROPOSED_H

#include "operation/write.h"

/* The content of the row, which is locked, without members, password and what is never returned. */
extern Jsonb *scim_proposed_base(const ScimTarget *target, const ScimRow *row);

/*
 * What the write would change of the row, which is locked, as scim_diff shows it: an array,
 * empty if it is nothing.  Of a group also members, which are prepared.
 */
extern Jsonb *scim_proposed_changes(ScimWrite *write);

/* The names of what that is of, as policies know it, of char *. */
extern List *scim_proposed_names(ScimWrite *write);

/*
 * The same of a delete: [{"from": content}].  Of a group with {"count", "digest"} as members, so
 * that one with others is another one.
 */
extern Jsonb *scim_proposed_delete(const ScimTarget *target, const ScimRow *row);

/* Is that nothing? */
extern bool scim_changes_nothing(Jsonb *changes);

/* Conflicts of a merge, of ScimMergeConflict *, as [{"path", "base", "mine", "theirs"}]. */
extern Jsonb *scim_proposed_conflicts(const List *conflicts);

#endif							/* SCIM_OPERATION_PROPOSED_H */
