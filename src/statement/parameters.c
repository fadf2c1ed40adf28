/*
 * parameters.c
 *		Parameters of statements.
 */
#include "postgres.h"

#include "base/errors.h"
#include "catalog/pg_type.h"
#include "statement/parameters.h"
#include "utils/builtins.h"

void
scim_throw_other_tenant(const ScimRegistration *registration, const char *tenant)
{
	ScimError  *error = scim_error(SCIM_TENANT_FORBIDDEN);

	scim_error_text(error, "tenant_id", tenant);
	if (registration->tenant_type)
		scim_error_hint(error, psprintf("Name a tenant of table %s: its tenants are of type %s.",
										registration->table,
										format_type_be(registration->tenant_type->type)));
	else
		scim_error_hint(error, psprintf("All rows of table %s belong to the tenant \"%s\".",
										registration->table, registration->tenant));
	scim_throw(error, "table %s has no tenant \"%s\"", registration->table, tenant);
}

Datum
scim_tenant_datum(const ScimRegistration *registration, const char *tenant)
{
	Datum		value;

	if (registration->tenant_type == NULL)
		return CStringGetTextDatum(tenant);
	if (!scim_parse_id(registration->tenant_type, tenant, &value))
		scim_throw_other_tenant(registration, tenant);
	return value;
}

Datum
scim_id_datum(const ScimRegistration *registration, const char *id)
{
	Datum		value;

	if (!scim_parse_id(registration->id_type, id, &value))
		elog(ERROR, "\"%s\" is no id of table %s", id, registration->table);
	return value;
}

bool
scim_is_own_tenant(const ScimRegistration *registration, Datum tenant)
{
	return registration->tenant != NULL &&
		strcmp(TextDatumGetCString(tenant), registration->tenant) == 0;
}

char *
scim_own_tenant_sql(const ScimRegistration *registration)
{
	return psprintf("%s::pg_catalog.text", quote_literal_cstr(registration->tenant));
}

Oid
scim_tenant_parameter(const ScimRegistration *registration)
{
	return registration->tenant_type ? registration->tenant_type->type : TEXTOID;
}
