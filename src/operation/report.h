/*
 * report.h
 *		What is told of a write beside the resource (ScimWritten), where a caller
 *		asked for it.
 *
 * It lives in the caller's memory: also behind an error.
 */
#ifndef SCIM_OPERATION_REPORT_H
#define SCIM_OPERATION_REPORT_H

#include "core/path_set.h"
#include "operation/write.h"

/* Notes a whole resource that is sent, if something of it may be ignored; the row is then read with what that is compared with. */
extern void scim_report_given(ScimWrite *write, Jsonb *data);

/* The row, which is locked, has another version: adds to "paths" where what is wanted differs from it, and reports them. */
extern void scim_report_differing(ScimWrite *write, ScimPathSet *paths);

/* Members were written ("before" NULL: they were there already): who came, who went, how many there are. */
extern void scim_report_members(ScimWrite *write, const ScimMembersPresent *before);

/* The write is done, and the row's version known. */
extern void scim_report_written(ScimWrite *write);

#endif							/* SCIM_OPERATION_REPORT_H */
