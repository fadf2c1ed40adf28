/*
 * patched.h
 *		What a patch makes of a document: of that of the row, or of what it was.
 */
#ifndef SCIM_OPERATION_PATCHED_H
#define SCIM_OPERATION_PATCHED_H

#include "operation/write.h"

/*
 * The document, of the row that is locked or of another version of it, as the patch
 * leaves it, in the table's columns or not.  "shown", "differs" and errors are those of
 * scim_apply_patch.
 */
extern Jsonb *scim_patched(const ScimWrite *write, Jsonb *document, Jsonb *shown,
						   ScimPathSet *differs);

/* MUTABILITY where what was patched, taken apart, lacks what a read-only column holds. */
extern void scim_refuse_removal(const ScimWrite *write, const ScimSplit *split);

#endif							/* SCIM_OPERATION_PATCHED_H */
