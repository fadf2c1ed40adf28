/*
 * restore.h
 *		Bringing a resource back to what it was.
 */
#ifndef SCIM_OPERATION_RESTORE_H
#define SCIM_OPERATION_RESTORE_H

#include "operation/write_options.h"

/*
 * Makes the resource what it was in the version: by an update of what is there, or,
 * of what was deleted, by an INSERT with its id, or by taking its mark away.
 * options->expected is then the version that was deleted.  What could not be brought
 * back is named in meta.omitted.  Errors: those of update; PERMISSION_DENIED (the
 * history is not for the caller), VERSION_NOT_FOUND; NOT_FOUND of what never was.
 */
extern void scim_store_restore(const ScimWriteOptions *options, const char *version,
							   ScimWriteResult *result);

#endif							/* SCIM_OPERATION_RESTORE_H */
