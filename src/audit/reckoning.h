/*
 * reckoning.h
 *		The hash that a seal ought to have, reckoned anew.
 */
#ifndef SCIM_AUDIT_RECKONING_H
#define SCIM_AUDIT_RECKONING_H

#include "postgres.h"

#include "audit/seals.h"
#include "history/entries.h"

typedef struct ScimReckoning
{
	ScimSealHash *hash;			/* from the hash that is stored before it; NULL: none is */
	ScimSealHash *other;		/* from what that ought to be, where it is not that; or NULL */
	int64		row_count;
	MemoryContext scratch;		/* of one row */
} ScimReckoning;

/* Is what is stored a hash at all? */
extern bool scim_is_hash(const bytea *stored);

/*
 * Begins with what is stored before the seal of that number, whatever that is, and
 * with what that ought to be (NULL: it is that); "scratch" is a context of nothing else.
 */
extern void scim_begin_reckoning(ScimReckoning *reckoning, int64 number, const bytea *before,
								 const bytea *alternative, MemoryContext scratch);

/* The next row, in the order of seq. */
extern void scim_reckon_row(ScimReckoning *reckoning, const ScimHistoryEntry *row);

/* What came of it. */
typedef struct ScimReckoned
{
	bool		holds;			/* what is stored is what it ought to be */
	bool		other_holds;	/* or it is, after what ought to be before it */
	bytea	   *ought;			/* what it ought to be, if neither; palloc'd, or NULL */
} ScimReckoned;

extern ScimReckoned scim_end_reckoning(ScimReckoning *reckoning, const bytea *stored);

#endif							/* SCIM_AUDIT_RECKONING_H */
