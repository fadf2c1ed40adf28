/*
 * sha256.c
 *		SHA-256 of what lies in memory.
 *
 * What is hashed is small and much, such as each of a thousand members.  The
 * server's own functions make a context for each hash, and have OpenSSL look
 * the algorithm up each time, which takes four times as long as to hash a
 * member.  So where the server has OpenSSL, and its headers were there to build
 * with (SCIM_OPENSSL, see the Makefile), both are kept for the backend's life.
 * The algorithm is then still that of the provider that OpenSSL is configured
 * for, FIPS or not.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/sha256.h"

#ifdef SCIM_OPENSSL

#include <openssl/err.h>
#include <openssl/evp.h>

static EVP_MD_CTX *context = NULL;
static const EVP_MD *algorithm = NULL;

/* What OpenSSL said must not be taken for the error of a connection afterwards. */
static void
check(bool good)
{
	const char *reason;

	if (likely(good))
		return;
	reason = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	elog(ERROR, "could not compute SHA-256: %s", reason ? reason : "OpenSSL failure");
}

static void
make_context(void)
{
	if (context == NULL)
		context = EVP_MD_CTX_new();
	if (context == NULL)
	{
		ERR_clear_error();
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	}
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
#else
	algorithm = EVP_sha256();
#endif
	check(algorithm != NULL);
}

/* Whatever an error left in the context, the first call begins anew. */
void
scim_sha256(const void *data, size_t length, uint8_t hash[SCIM_DIGEST_SIZE])
{
	if (unlikely(algorithm == NULL))
		make_context();
	check(EVP_DigestInit_ex(context, algorithm, NULL) > 0);
	check(EVP_DigestUpdate(context, data, length) > 0);
	check(EVP_DigestFinal_ex(context, hash, NULL) > 0);
}

#else

#include "common/cryptohash.h"

static void
check(pg_cryptohash_ctx *context, int result)
{
	if (unlikely(result < 0))
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(context));
}

/* A context ends with its resource owner, so none can be kept. */
void
scim_sha256(const void *data, size_t length, uint8_t hash[SCIM_DIGEST_SIZE])
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (context == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	check(context, pg_cryptohash_init(context));
	check(context, pg_cryptohash_update(context, data, length));
	check(context, pg_cryptohash_final(context, hash, SCIM_DIGEST_SIZE));
	pg_cryptohash_free(context);
}

#endif
