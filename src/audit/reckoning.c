/*
 * reckoning.c
 *		The hash that a seal ought to have, reckoned anew.
 *
 * It goes on from the one that is stored before it.  If that one was not right, it goes
 * on from what that ought to be as well: then it shows which of the two was changed, the
 * hash or its rows.
 */
#include "postgres.h"

#include "audit/digest.h"
#include "audit/reckoning.h"
#include "utils/memutils.h"

bool
scim_is_hash(const bytea *stored)
{
	return stored && VARSIZE_ANY_EXHDR(stored) == SCIM_DIGEST_SIZE;
}

void
scim_begin_reckoning(ScimReckoning *reckoning, int64 number, const bytea *before,
					 const bytea *alternative, MemoryContext scratch)
{
	*reckoning = (ScimReckoning) {.scratch = scratch};
	/* no hash stands before the first seal; where one should, there must be one */
	if (number == 1 || scim_is_hash(before))
		reckoning->hash = scim_begin_hash(before, number);
	if (alternative)
		reckoning->other = scim_begin_hash(alternative, number);
}

void
scim_reckon_row(ScimReckoning *reckoning, const ScimHistoryEntry *row)
{
	MemoryContext old = MemoryContextSwitchTo(reckoning->scratch);
	uint8		digest[SCIM_DIGEST_SIZE];

	scim_digest_row(row->values, row->nulls, digest);
	if (reckoning->hash)
		scim_hash_row(reckoning->hash, digest);
	if (reckoning->other)
		scim_hash_row(reckoning->other, digest);
	reckoning->row_count++;
	MemoryContextSwitchTo(old);
	MemoryContextReset(reckoning->scratch);
}

static bool
is_same(const bytea *hash, const bytea *stored)
{
	return hash && scim_is_hash(stored) &&
		memcmp(VARDATA(hash), VARDATA_ANY(stored), SCIM_DIGEST_SIZE) == 0;
}

ScimReckoned
scim_end_reckoning(ScimReckoning *reckoning, const bytea *stored)
{
	bytea	   *hash = reckoning->hash ? scim_end_hash(reckoning->hash) : NULL;
	bytea	   *other = reckoning->other ? scim_end_hash(reckoning->other) : NULL;
	ScimReckoned reckoned = {is_same(hash, stored), is_same(other, stored)};

	if (!reckoned.holds && !reckoned.other_holds)
		reckoned.ought = hash ? hash : other;
	if (hash && hash != reckoned.ought)
		pfree(hash);
	if (other && other != reckoned.ought)
		pfree(other);
	return reckoned;
}
