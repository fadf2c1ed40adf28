/*
 * tokens.h
 *		Giving out tokens.
 */
#ifndef SCIM_ADMIN_TOKENS_H
#define SCIM_ADMIN_TOKENS_H

#include "postgres.h"

#include "admin/token_options.h"

/*
 * A new token for the role in the tenant: {"token", "id", "principal", "expires_at": null: never}.
 * The caller must have both, and the role be one that tokens may be for.
 */
extern Jsonb *scim_make_token(Oid role, const char *tenant, const ScimTokenOptions *options);

#endif							/* SCIM_ADMIN_TOKENS_H */
