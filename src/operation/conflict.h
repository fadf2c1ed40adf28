/*
 * conflict.h
 *		A write of a row that is locked and has another version than the expected one:
 *		it is merged, or refused.
 */
#ifndef SCIM_OPERATION_CONFLICT_H
#define SCIM_OPERATION_CONFLICT_H

#include "core/path_set.h"
#include "operation/merge.h"
#include "operation/write.h"

/* Is it merged by rules that count, so that what is there already is no answer? */
extern bool scim_write_counts(const ScimWrite *write);

/*
 * An update or a patch: if it is to be merged, and can be, what is wanted becomes the
 * merged resource, and the version that is expected, the row's; false: that is there
 * already (write->unchanged).  Else it is refused: VERSION_MISMATCH.  What was wanted and
 * is stored otherwise is reported: "paths" holds what is known of that already.  (A
 * restore, which has no rules, is refused.)
 */
extern bool scim_write_resolve(ScimWrite *write, ScimPathSet *paths);

/* What was merged is what is wanted in place of the row, on condition of the version it has. */
extern void scim_write_take_merged(ScimWrite *write, const ScimWriteMerge *merge);

/* A write that is not merged. */
extern SCIM_NORETURN void scim_write_refuse(ScimWrite *write, ScimErrorCode situation,
											ScimPathSet *paths);

#endif							/* SCIM_OPERATION_CONFLICT_H */
