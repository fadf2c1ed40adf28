/*
 * seals.h
 *		What who seals, who verifies, and who prunes have in common.
 *
 * Within SPI, and as the owner of the history's tables; what is read is what the
 * active snapshot shows.
 */
#ifndef SCIM_AUDIT_SEALS_H
#define SCIM_AUDIT_SEALS_H

#include "postgres.h"

#include "base/digest.h"
#include "executor/spi.h"
#include "utils/timestamp.h"

/* The last seal of a tenant. */
typedef struct ScimSeal
{
	int64		number;
	int64		last_seq;
	bytea	   *hash;			/* whatever stands there: 32 bytes, if nobody changed it */
	TimestampTz sealed_at;
} ScimSeal;

/*
 * In the current context; false: the tenant has none.  55000 where its owner put NULLs
 * into it.
 */
extern bool scim_last_seal(const char *tenant, ScimSeal *seal);

/* The same for many tenants: the plan is good until SPI ends. */
extern SPIPlanPtr scim_prepare_last_seal(void);
extern bool scim_find_last_seal(SPIPlanPtr plan, const char *tenant, ScimSeal *seal);

/* Has any tenant a seal? */
extern bool scim_has_seals(void);

/* The columns of scim_history_rows as a list, in their order (history/place.h), of that alias. */
extern char *scim_row_columns(const char *alias);

/* The hash of a seal while it grows, row by row; it ends with the resource owner, too. */
typedef struct ScimSealHash ScimSealHash;

/* Begins with the hash of the seal before (NULL: it is the first one). */
extern ScimSealHash *scim_begin_hash(const bytea *before, int64 number);

/* The next row, in the order of seq. */
extern void scim_hash_row(ScimSealHash *hash, const uint8 digest[SCIM_DIGEST_SIZE]);

/* All rows were there: what it is, palloc'd; what grew is freed. */
extern bytea *scim_end_hash(ScimSealHash *hash);

/* No seal has this number, or one that is larger: there is always a next one. */
#define SCIM_NO_NUMBER "9223372036854775807"

#endif							/* SCIM_AUDIT_SEALS_H */
