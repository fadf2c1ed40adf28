/*
 * mismatch.c
 *		VERSION_MISMATCH that answers.
 */
#include "postgres.h"

#include "operation/mismatch.h"

void
scim_throw_stale(const ScimTarget *target, ScimErrorCode situation, const char *id,
				 const char *expected, const ScimRow *row, const ScimSince *since,
				 const ScimWriteMerge *merge)
{
	scim_throw_mismatch(target, situation, id, expected, row->version, scim_changed_since(since));
}
