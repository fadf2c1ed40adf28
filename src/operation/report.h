/*
 * report.h
 *		How a write ends: with its resource or its refusal, and what is told
 *		beside them (ScimWriteResult), where a caller asked for it.
 *
 * What is told lives in the caller's memory: also behind an error.
 */
#ifndef SCIM_OPERATION_REPORT_H
#define SCIM_OPERATION_REPORT_H

#include "core/path_set.h"
#include "operation/write.h"

/*
 * Notes a whole resource that is sent, if somebody asks and something of it may
 * be ignored; the row is then read with what that is compared with.
 */
extern void scim_report_given(ScimWrite *write, Jsonb *data);

/*
 * Members were written ("before" NULL: they were there already): who came, who
 * went, how many there are.
 */
extern void scim_report_members(ScimWrite *write, const ScimMembersPresent *before);

/*
 * What was wanted and is stored otherwise, in a row that is locked: "paths" holds what is
 * known of that already.
 */
extern void scim_report_differing(ScimWrite *write, ScimPathSet *paths);

/* The conflicts of its merge, of ScimMergeConflict *, in which it is refused. */
extern void scim_report_conflicting(ScimWrite *write, const List *conflicts);

/* The paths where the document differs from the row as it was written, in the caller's memory. */
extern JsonbValue *scim_report_unlike(const ScimWrite *write, Jsonb *document);

/* Runs "body" as a scim_ call; fills in the resource as it is then shown, and what is reported. */
extern void scim_write_run(ScimWrite *write, void (*body) (void *write));

#endif							/* SCIM_OPERATION_REPORT_H */
