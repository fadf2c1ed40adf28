/*
 * settled.h
 *		Writes that a person decided on (operation/answered.h), and that no merge settles.
 */
#ifndef SCIM_OPERATION_SETTLED_H
#define SCIM_OPERATION_SETTLED_H

#include "operation/merge.h"
#include "operation/write.h"

/*
 * Others came in between, or this answer did before: is all there already that it asks for, so
 * that there is nothing to be asked anew?
 */
extern bool scim_write_is_answered(ScimWrite *write, const ScimWriteMerge *merge);

/*
 * Nobody can tell of what the change was made, so it cannot be merged.  True: it is made to what
 * the person saw, as it is.
 */
extern bool scim_write_settle_unknown(ScimWrite *write, const ScimWriteMerge *merge);

#endif							/* SCIM_OPERATION_SETTLED_H */
