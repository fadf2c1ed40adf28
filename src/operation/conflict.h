/*
 * conflict.h
 *		A write of a row that is locked and has another version than the expected one:
 *		it is merged, or refused.
 */
#ifndef SCIM_OPERATION_CONFLICT_H
#define SCIM_OPERATION_CONFLICT_H

#include "core/path_set.h"
#include "operation/write.h"

/*
 * An update or a patch: if it is to be merged, and can be, what is wanted becomes the
 * merged resource, to be written on condition of the row's version.  Else it is refused:
 * VERSION_MISMATCH.  What was wanted and is stored otherwise is reported: "paths" holds
 * what is known of that already.
 */
extern void scim_write_resolve(ScimWrite *write, ScimPathSet *paths);

/* A write that is not merged. */
extern SCIM_NORETURN void scim_write_refuse(ScimWrite *write, ScimErrorCode situation,
											ScimPathSet *paths);

#endif							/* SCIM_OPERATION_CONFLICT_H */
