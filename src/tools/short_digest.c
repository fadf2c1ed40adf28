/*
 * short_digest.c
 *		Digests by which something is told from what it was before.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "tools/short_digest.h"

char *
scim_short_digest(const void *bytes, Size length)
{
	uint64		hash = hash_bytes_extended(bytes, length, 0);

	return psprintf("%08x%08x", (uint32) (hash >> 32), (uint32) hash);
}
