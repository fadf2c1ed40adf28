/*
 * held.c
 *		Who holds a resource, as others are told beside it.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "column/instant.h"
#include "decision/lease.h"
#include "decision/lease_id.h"
#include "operation/held.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/tenant.h"

static JsonbValue *
shown(const ScimLease *lease)
{
	JsonbValue *object = scim_new_object();

	scim_set_text(object, "holder", scim_lease_holder(lease));
	scim_set_optional_text(object, "purpose", lease->purpose);
	scim_set_text(object, "expires_at", scim_instant_text(lease->expires_at));
	return object;
}

JsonbValue *
scim_lease_of_read(const char *type, const ScimRead *read)
{
	ScimLease	lease;

	return scim_find_lease(read->tenant, type, read->id, &lease) ? shown(&lease) : NULL;
}

bool
scim_names_lease_of(const ScimUuids *leases, const char *type, const char *tenant, const char *id)
{
	const ScimRegistration *table = scim_find_table(scim_resource_type(type));
	const char *stored_tenant = table ? scim_find_tenant(table, tenant) : NULL;

	return stored_tenant && scim_find_lease_id_of(leases, stored_tenant, type,
												  scim_store_id(type, id)) != NULL;
}
