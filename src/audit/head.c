/*
 * head.c
 *		The last seal of a tenant, to be kept where the database's owner cannot reach it.
 */
#include "postgres.h"

#include "audit/seals.h"
#include "base/jsonb_tree.h"
#include "column/instant.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "history/place.h"
#include "statement/role.h"
#include "statement/tenant.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_history_head);

static char *
hex_text(const bytea *bytes)
{
	int			length = VARSIZE_ANY_EXHDR(bytes);
	char	   *text = palloc(2 * length + 1);

	text[hex_encode(VARDATA_ANY(bytes), length, text)] = '\0';
	return text;
}

/* In the current context. */
static bool
find_seal(const char *tenant, ScimSeal *seal)
{
	MemoryContext caller = CurrentMemoryContext;
	ScimRole	role;
	bool		found;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	MemoryContextSwitchTo(caller);
	scim_act_as_owner_of(scim_history_table(), &role);
	found = scim_last_seal(tenant, seal);
	scim_act_as_before(&role);
	SPI_finish();
	MemoryContextSwitchTo(caller);
	return found;
}

/*
 * scim_history_head(tenant_id text) -> jsonb: {"number", "hash", "sealed_at"}; NULL:
 * it has no seal.  TENANT_FORBIDDEN, INVALID_VALUE
 */
Datum
scim_history_head(PG_FUNCTION_ARGS)
{
	const char *tenant = scim_resolve_tenant(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	JsonbValue *head = scim_new_object();
	const char *sealed_at;
	ScimSeal	seal;

	if (!find_seal(tenant, &seal))
		PG_RETURN_NULL();
	scim_set_integer(head, "number", seal.number);
	scim_set_text(head, "hash", hex_text(seal.hash));
	sealed_at = scim_instant_text(seal.sealed_at);
	scim_set_text(head, "sealed_at", sealed_at ? sealed_at : "");
	PG_RETURN_JSONB_P(scim_write(head));
}
