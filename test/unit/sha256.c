/*
 * sha256.c
 *		Unit test of base/sha256.c, built in both ways: they give the same, what is
 *		published, and after an error of OpenSSL's the next hash is right; prints TAP.
 *
 *		sha256
 */
#include "server.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sha256.h"

#undef printf
#undef sprintf

typedef void (*Way) (const void *data, size_t length, uint8_t *hash);

extern void sha256_openssl(const void *data, size_t length, uint8_t *hash);
extern void sha256_server(const void *data, size_t length, uint8_t *hash);

static const struct
{
	const char *name;
	Way			hash;
}			ways[] = {
	{"OpenSSL", sha256_openssl},
	{"the server", sha256_server}
};

static int	tests = 0;
static int	failures = 0;

static void
report(bool good, const char *text, const char *way)
{
	printf("%s %d - %s: %s\n", good ? "ok" : "not ok", ++tests, way, text);
	failures += !good;
}

/* ---- functions of OpenSSL that fail when they are told to ---- */

typedef enum Step
{
	NOTHING,
	CREATE,
	FETCH,
	INIT,
	UPDATE,
	FINISH
} Step;

static Step fails = NOTHING;
static int	contexts = 0;		/* made so far */

/* Whether this is the step that fails: once, with errors of whoever was there before as well. */
static bool
is_told(Step step)
{
	if (fails != step)
		return false;
	fails = NOTHING;
	ERR_put_error(ERR_LIB_EVP, 0, EVP_R_NO_CIPHER_SET, __FILE__, __LINE__);
	ERR_put_error(ERR_LIB_EVP, 0, EVP_R_NO_DIGEST_SET, __FILE__, __LINE__);
	return true;
}

extern EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
extern EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void);
extern int	__real_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *kind, ENGINE *engine);
extern int	__wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *kind, ENGINE *engine);
extern int	__real_EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t length);
extern int	__wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t length);
extern int	__real_EVP_DigestFinal_ex(EVP_MD_CTX *context, uint8_t *hash, unsigned int *size);
extern int	__wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, uint8_t *hash, unsigned int *size);

EVP_MD_CTX *
__wrap_EVP_MD_CTX_new(void)
{
	contexts++;
	return is_told(CREATE) ? NULL : __real_EVP_MD_CTX_new();
}

int
__wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *algorithm, ENGINE *engine)
{
	return is_told(INIT) ? 0 : __real_EVP_DigestInit_ex(context, algorithm, engine);
}

/* Half of it has gone in then. */
int
__wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *data, size_t length)
{
	if (!is_told(UPDATE))
		return __real_EVP_DigestUpdate(context, data, length);
	(void) __real_EVP_DigestUpdate(context, data, length / 2);
	return 0;
}

int
__wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *hash, unsigned int *size)
{
	return is_told(FINISH) ? 0 : __real_EVP_DigestFinal_ex(context, hash, size);
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
extern EVP_MD *__real_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *wanted);
extern EVP_MD *__wrap_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *wanted);

EVP_MD *
__wrap_EVP_MD_fetch(OSSL_LIB_CTX *library, const char *name, const char *wanted)
{
	return is_told(FETCH) ? NULL : __real_EVP_MD_fetch(library, name, wanted);
}
#endif

/* ---- tests ---- */

static bool
is_hash(Way way, const void *data, size_t length, const char *expected)
{
	uint8_t		hash[SCIM_DIGEST_SIZE];
	char		text[2 * SCIM_DIGEST_SIZE + 1];

	way(data, length, hash);
	for (int i = 0; i < SCIM_DIGEST_SIZE; i++)
		sprintf(text + 2 * i, "%02x", hash[i]);
	return strcmp(text, expected) == 0;
}

static bool
is_abc(Way way)
{
	return is_hash(way, "abc", 3,
				   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
hash_long(void *way)
{
	static const uint8_t data[100];
	uint8_t		hash[SCIM_DIGEST_SIZE];

	(*(Way *) way) (data, sizeof(data), hash);
}

/*
 * Whether a hash of which a step fails raises that error, and leaves none of
 * OpenSSL's behind; what the server's functions say, and leave, is their affair.
 */
static bool
is_refused(Way way, Step step, const char *message)
{
	ServerError error;
	bool		ours = way == sha256_openssl;
	size_t		compared = ours ? sizeof(error.message) : strlen("could not compute");
	bool		done;
	bool		clean;

	fails = step;
	done = server_try(hash_long, &way, &error);
	clean = !ours || ERR_peek_error() == 0;
	ERR_clear_error();
	if (!done && clean && fails == NOTHING && strncmp(error.message, message, compared) == 0)
		return true;
	printf("# %s\n", done ? "no error" : !clean ? "errors left" : error.message);
	return false;
}

/* The hash of the hashes of 0 to 300 bytes, wherever they begin; computed elsewhere. */
static bool
are_small(Way way, int start)
{
	uint8_t		data[308];
	uint8_t		hashes[301 * SCIM_DIGEST_SIZE];

	for (int i = 0; i < 300; i++)
		data[start + i] = 7 * i;
	for (int i = 0; i <= 300; i++)
		way(data + start, i, hashes + i * SCIM_DIGEST_SIZE);
	return is_hash(way, hashes, sizeof(hashes),
				   "3b05b530351f50663ba5ac734c246d169eafec6b57c70dc6dc94cad39d04aad8");
}

/* Both give the same of so many bytes. */
static bool
agree_on(size_t length)
{
	uint8_t    *data = palloc(length);
	uint8_t		hashes[2][SCIM_DIGEST_SIZE];

	for (size_t i = 0; i < length; i++)
		data[i] = i * 2654435761u >> 13;
	for (int i = 0; i < 2; i++)
		ways[i].hash(data, length, hashes[i]);
	pfree(data);
	return memcmp(hashes[0], hashes[1], SCIM_DIGEST_SIZE) == 0;
}

int
main(void)
{
	static const size_t lengths[] = {
		1600, 4095, 4096, 4097, 65535, 65536, 1000003, 100000000
	};
	static char million[1000000];
	const char *refused = "could not compute SHA-256: no digest set";
	bool		agree = true;
	int			before;

	memset(million, 'a', sizeof(million));
	/* the first of all hashes, where OpenSSL keeps nothing yet */
	report(is_refused(sha256_openssl, CREATE, "out of memory"), "no context", "OpenSSL");
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	report(is_refused(sha256_openssl, FETCH, refused), "no algorithm", "OpenSSL");
#endif
	for (int i = 0; i < 2; i++)
	{
		const char *name = ways[i].name;
		Way			way = ways[i].hash;

		report(is_hash(way, "", 0,
					   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
			   "nothing", name);
		report(is_abc(way), "abc, of FIPS 180-4", name);
		report(is_hash(way, million, sizeof(million),
					   "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
			   "a million times a, of FIPS 180-4", name);
		report(are_small(way, 0) && are_small(way, 1) && are_small(way, 7), "0 to 300 bytes", name);
		report(is_refused(way, INIT, refused) && is_abc(way), "after an error at first", name);
		report(is_refused(way, UPDATE, refused) && is_abc(way), "after an error half-way", name);
		report(is_refused(way, FINISH, refused) && is_abc(way), "after an error at the end", name);
	}
	for (size_t length = 0; length <= 300; length++)
		agree &= agree_on(length);
	for (size_t i = 0; i < lengthof(lengths); i++)
		agree &= agree_on(lengths[i]);
	report(agree, "the same, up to 100,000,000 bytes", "both");
	before = contexts;
	for (int i = 0; i < 1000; i++)
		(void) is_abc(sha256_openssl);
	report(contexts == before, "no new context for 1,000 hashes", "OpenSSL");
	printf("1..%d\n", tests);
	return failures > 0;
}
