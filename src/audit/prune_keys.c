/*
 * prune_keys.c
 *		Deleting keys of calls that are old, with the history.
 *
 * They go by time alone, of whatever tenant: seals have none of them.  Who repeats a call
 * then does it anew.
 */
#include "postgres.h"

#include "audit/prune_keys.h"
#include "catalog/pg_type.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "utils/timestamp.h"

int
scim_prune_keys(TimestampTz young, int most)
{
	Oid			table = scim_find_own_relation("scim_idempotency");
	Oid			types[] = {TIMESTAMPTZOID, INT4OID};
	Datum		values[] = {TimestampTzGetDatum(young), Int32GetDatum(most)};
	ScimRole	role;
	int			count;

	scim_act_as_owner_of(table, &role);
	count = (int) scim_run_own("DELETE FROM ONLY %s.scim_idempotency WHERE ctid" SQL_OP("=")
							   "ANY (ARRAY(SELECT k.ctid FROM ONLY %s.scim_idempotency AS k"
							   " WHERE k.at" SQL_OP("<") "$1 ORDER BY k.at LIMIT $2))",
							   lengthof(types), types, values, NULL, false);
	scim_act_as_before(&role);
	return count;
}
