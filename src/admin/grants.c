/*
 * grants.c
 *		scim_grant_tenant and scim_revoke_tenant: which role may work in which
 *		tenant, and the privileges on the tables that go with it.
 *
 * Who may insert into scim_tenant_grants, or delete from it, and grant on the
 * tables may use them.  Reading that table is nobody else's, so what has to be
 * known of it, and what is deleted, is by fixed statements as its owner; all else
 * runs with the caller's rights.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "admin/grants.h"
#include "base/compat.h"
#include "base/errors.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/registration.h"
#include "registry/schemas.h"
#include "statement/ddl.h"
#include "statement/role.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(scim_grant_tenant);
PG_FUNCTION_INFO_V1(scim_revoke_tenant);

/* All may be read but the crypt strings. */
static char *
readable_columns(const ScimRegistration *table)
{
	StringInfoData columns;
	AttrNumber	hidden = table->is_members ? InvalidAttrNumber
	: table->numbers[SCIM_COLUMN_PASSWORD];

	initStringInfo(&columns);
	for (AttrNumber i = 1;; i++)
	{
		char	   *name = get_attname(table->relid, i, true);

		if (name == NULL)
			break;
		if (i != hidden && strncmp(name, "........pg.dropped", 18) != 0)
			appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "", quote_identifier(name));
	}
	return columns.data;
}

static void
grant_table(const ScimRegistration *table, const char *role, bool grant)
{
	Oid			namespace = get_rel_namespace(table->relid);
	ScimWord	words[] = {
		{"table", table->table}, {"role", role},
		{"columns", readable_columns(table)},
		{"schema", pstrdup(quote_identifier(get_namespace_name(namespace)))},
		{NULL}
	};

	if (!grant)
	{
		scim_run_ddl("REVOKE ALL ON {table} FROM {role}", words);
		return;
	}
	scim_run_ddl("GRANT INSERT, UPDATE, DELETE ON {table} TO {role};"
				 "GRANT SELECT ({columns}) ON {table} TO {role}", words);
}

/* Whose tables are meant? */
typedef enum Scope
{
	ALL_TABLES,
	OWN_TABLES					/* those of the caller, who may be about to make one */
} Scope;

static bool
is_meant(const ScimRegistration *table, Scope scope)
{
	/* mapped tables are their owners' matter */
	return table && table->storage->created &&
		(scope == ALL_TABLES || scim_owns_relation(table->relid, GetUserId()));
}

/* Gives the role the privileges on the tables that scim_create_table made; or takes them. */
static void
grant_tables(const char *role, bool grant, Scope scope)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);

		if (is_meant(table, scope))
			grant_table(table, role, grant);
		if ((*type)->has_members && is_meant(table = scim_find_members(*type), scope))
			grant_table(table, role, grant);
	}
}

static void
run_on_grants(const char *text, const char *tenant, Oid role)
{
	Oid			types[] = {TEXTOID, REGROLEOID};
	Datum		values[2];
	char	   *sql = psprintf(text, scim_extension_schema("scimver"));
	int			result;

	values[0] = tenant ? CStringGetTextDatum(tenant) : (Datum) 0;
	values[1] = ObjectIdGetDatum(role);
	result = SPI_execute_with_args(sql, 2, types, values, tenant ? "  " : "n ", false, 0);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(result));
}

static Oid
grants_relid(void)
{
	return scim_extension_relation("scimver", "scim_tenant_grants");
}

/* The same as the owner of scim_tenant_grants. */
static void
run_as_keeper(const char *text, const char *tenant, Oid role)
{
	ScimRole	caller;

	scim_act_as_owner_of(grants_relid(), &caller);
	run_on_grants(text, tenant, role);
	scim_act_as_before(&caller);
}

static char *
role_name(Oid role)
{
	char	   *name = GetUserNameFromId(role, true);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role with OID %u does not exist", role)));
	return pstrdup(quote_identifier(name));
}

/* ---- roles that are gone ---- */

/*
 * DROP ROLE knows nothing of grants, and a later role may get the same OID.  A
 * role without a name is gone: pg_roles would not tell of one that is newer than
 * the transaction's snapshot.
 */
#define OF_NO_ROLE \
	"g.role::pg_catalog.text OPERATOR(pg_catalog.=) g.role::pg_catalog.oid::pg_catalog.text"

/* Removes their grants: who grants may, and need not see them. */
static void
forget_gone_roles(void)
{
	run_as_keeper("DELETE FROM %s.scim_tenant_grants AS g WHERE " OF_NO_ROLE, NULL, InvalidOid);
}

void
scim_inspect_grants(ScimReportProblem report, void *argument)
{
	char	   *table = psprintf("%s.scim_tenant_grants", scim_extension_schema("scimver"));
	Oid			relid = grants_relid();
	bool		may_mend = pg_class_aclcheck(relid, GetUserId(), ACL_DELETE) == ACLCHECK_OK;
	SPITupleTable *rows;

	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return;
	if (SPI_execute(psprintf("SELECT g.tenant_id, g.role::pg_catalog.oid FROM %s AS g "
							 "WHERE " OF_NO_ROLE " ORDER BY 1, 2",
							 table),
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read %s", table);
	rows = SPI_tuptable;
	for (uint64 i = 0; i < rows->numvals; i++)
	{
		char	   *role = SPI_getvalue(rows->vals[i], rows->tupdesc, 2);
		ScimProblem problem = {.problem = "grant",
		.tenant = SPI_getvalue(rows->vals[i], rows->tupdesc, 1)};

		CHECK_FOR_INTERRUPTS();
		problem.detail = psprintf("the tenant is granted to the role with OID %s, which is gone: a "
								  "new role may get its OID, and the tenant with it",
								  role);
		if (may_mend)
			problem.mend = psprintf("DELETE FROM %s WHERE tenant_id OPERATOR(pg_catalog.=) %s AND "
									"role OPERATOR(pg_catalog.=) %s::pg_catalog.oid",
									table, quote_literal_cstr(problem.tenant), role);
		report(&problem, argument);
	}
	SPI_freetuptable(rows);
}

/* ---- the functions ---- */

void
scim_grant_tables_to_all(void)
{
	Oid		   *roles;
	uint64		count;

	run_as_keeper("SELECT DISTINCT role::pg_catalog.oid FROM %s.scim_tenant_grants ORDER BY 1",
				  NULL, InvalidOid);
	count = SPI_processed;
	roles = palloc(Max(count, 1) * sizeof(Oid));
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;

		roles[i] = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i],
												  SPI_tuptable->tupdesc, 1,
												  &isnull));
	}
	for (uint64 i = 0; i < count; i++)
	{
		char	   *name = GetUserNameFromId(roles[i], true);

		if (name)
			grant_tables(quote_identifier(name), true, OWN_TABLES);
	}
}

static char *
tenant_argument(FunctionCallInfo fcinfo)
{
	char	   *tenant = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (tenant[0] == '\0')
		scim_throw_path(SCIM_BAD_PARAMETER, "tenant", "the name of a tenant must not be empty");
	return tenant;
}

/* scim_grant_tenant(tenant text, role regrole) -> void: repeating it is harmless. */
Datum
scim_grant_tenant(PG_FUNCTION_ARGS)
{
	char	   *tenant = tenant_argument(fcinfo);
	Oid			role = PG_GETARG_OID(1);
	char	   *name = role_name(role);

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run_on_grants("INSERT INTO %s.scim_tenant_grants (tenant_id, role) VALUES ($1, $2)"
				  " ON CONFLICT DO NOTHING", tenant, role);
	forget_gone_roles();
	grant_tables(name, true, ALL_TABLES);
	SPI_finish();
	PG_RETURN_VOID();
}

/* The last tenant was taken from the role: its privileges go, too. */
static void
revoke_tables(const char *tenant, Oid role, const char *name)
{
	run_as_keeper("SELECT 1 FROM %s.scim_tenant_grants WHERE role OPERATOR(pg_catalog.=) "
				  "$2::pg_catalog.oid LIMIT 1",
				  tenant, role);
	if (SPI_processed == 0)
		grant_tables(name, false, ALL_TABLES);
}

/*
 * scim_revoke_tenant(tenant text, role regrole) -> void: with the last tenant go
 * the privileges.  A role that is gone (its OID is left) has none any more.
 */
Datum
scim_revoke_tenant(PG_FUNCTION_ARGS)
{
	char	   *tenant = tenant_argument(fcinfo);
	Oid			role = PG_GETARG_OID(1);
	bool		is_gone = GetUserNameFromId(role, true) == NULL;
	const char *name = is_gone ? psprintf("%u", role) : role_name(role);
	uint64		taken;

	if (pg_class_aclcheck(grants_relid(), GetUserId(), ACL_DELETE) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, "scim_tenant_grants");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run_as_keeper("DELETE FROM %s.scim_tenant_grants WHERE tenant_id OPERATOR(pg_catalog.=) $1"
				  " AND role OPERATOR(pg_catalog.=) $2::pg_catalog.oid", tenant, role);
	taken = SPI_processed;
	forget_gone_roles();
	if (taken > 0 && !is_gone)
		revoke_tables(tenant, role, name);
	else if (taken == 0)
		ereport(NOTICE,
				(errmsg_internal("%s", scim_phrase("tenant \"%s\" was not granted to role %s",
												   tenant, name))));
	SPI_finish();
	PG_RETURN_VOID();
}
