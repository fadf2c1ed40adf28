/*
 * lease_id.c
 *		The ids of leases.
 *
 * Sixteen bytes: eight of the digest, of which the version takes four bits, and eight
 * that are random, of which the variant takes two.
 */
#include "postgres.h"

#include "base/sha256.h"
#include "decision/lease_id.h"
#include "lib/stringinfo.h"

#define DIGEST_BYTES 8

StaticAssertDecl(2 * DIGEST_BYTES == UUID_LEN, "a uuid is two halves");

/* Texts have no zeros: with one behind each, no two lists of them are the same bytes. */
static void
append_text(StringInfo bytes, const char *text)
{
	appendBinaryStringInfo(bytes, text, strlen(text) + 1);
}

/* The half that tells the resource. */
static void
resource_half(const char *tenant, const char *type, const char *id, uint8 half[DIGEST_BYTES])
{
	StringInfoData bytes;
	uint8		hash[SCIM_DIGEST_SIZE];

	initStringInfo(&bytes);
	append_text(&bytes, tenant);
	append_text(&bytes, type);
	append_text(&bytes, id);
	scim_sha256(bytes.data, bytes.len, hash);
	memcpy(half, hash, DIGEST_BYTES);
	half[6] = (half[6] & 0x0F) | 0x80;
	pfree(bytes.data);
}

void
scim_make_lease_id(const char *tenant, const char *type, const char *id, pg_uuid_t *lease_id)
{
	uint8	   *secret = lease_id->data + DIGEST_BYTES;

	resource_half(tenant, type, id, lease_id->data);
	if (!pg_strong_random(secret, UUID_LEN - DIGEST_BYTES))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	secret[0] = (secret[0] & 0x3F) | 0x80;
}

const pg_uuid_t *
scim_find_lease_id_of(const ScimUuids *lease_ids, const char *tenant, const char *type,
					  const char *id)
{
	uint8		half[DIGEST_BYTES];

	if (lease_ids == NULL || lease_ids->count == 0)
		return NULL;
	resource_half(tenant, type, id, half);
	for (int i = 0; i < lease_ids->count; i++)
	{
		if (memcmp(lease_ids->uuids[i].data, half, DIGEST_BYTES) == 0)
			return &lease_ids->uuids[i];
	}
	return NULL;
}
