/*
 * mismatch.h
 *		VERSION_MISMATCH that answers: who changed what since, and what a merge of it
 *		with what was to be written comes to.
 */
#ifndef SCIM_OPERATION_MISMATCH_H
#define SCIM_OPERATION_MISMATCH_H

#include "operation/merge.h"

/* So many changes, and conflicts, an answer shows, and of a value so many bytes as JSON. */
#define SCIM_SHOWN_CHANGES 10
#define SCIM_SHOWN_CONFLICTS 20
#define SCIM_SHOWN_VALUE 1024

/*
 * The error of a row that is locked and has another version than the expected one.
 * "merge" NULL: nothing was to be merged (a delete, members, a restore).  Values are for the
 * client alone: the server's log gets the paths.
 */
extern SCIM_NORETURN void scim_throw_stale(const ScimTarget *target, ScimErrorCode situation,
										   const char *id, const char *expected,
										   const ScimRow *row, const ScimSince *since,
										   const ScimWriteMerge *merge);

#endif							/* SCIM_OPERATION_MISMATCH_H */
