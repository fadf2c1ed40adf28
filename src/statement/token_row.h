/*
 * token_row.h
 *		The rows of scim_tokens.
 *
 * Read as catalogs are: what is committed now, and the transaction's own, with nobody's
 * rights.  Nothing is kept of them: a token that is revoked fails with the next request.
 */
#ifndef SCIM_STATEMENT_TOKEN_ROW_H
#define SCIM_STATEMENT_TOKEN_ROW_H

#include "postgres.h"

#include "base/entered.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

typedef struct ScimTokenRow
{
	ScimEntered who;			/* that it lets in */
	TimestampTz created_at;
	TimestampTz ends_at;		/* DT_NOEND: never */
	bool		is_revoked;
} ScimTokenRow;

/* An error if the extension is older than tokens. */
extern Oid	scim_tokens_table(void);

/* The token of that digest, of that id; false: there is none.  Palloc'd. */
extern bool scim_find_token(bytea *digest, ScimTokenRow *row);
extern bool scim_find_token_by_id(const pg_uuid_t *id, ScimTokenRow *row);

/* Is it good, by the clock? */
extern bool scim_token_is_in_force(const ScimTokenRow *row);

/* The scope of that name; 0: there is none. */
extern int	scim_scope_of(const char *name);

#endif							/* SCIM_STATEMENT_TOKEN_ROW_H */
