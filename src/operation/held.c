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

/* What leases are kept by. */
typedef struct Resource
{
	const char *tenant;
	const char *type;
	const char *id;
} Resource;

/* False: there can be none. */
static bool
find_resource(const char *type, const char *tenant, const char *id, Resource *resource)
{
	const ScimResourceType *known = scim_resource_type(type);
	const ScimRegistration *table = known ? scim_find_table(known) : NULL;

	if (table == NULL)
		return false;
	resource->tenant = scim_find_tenant(table, tenant);
	resource->type = known->name;
	resource->id = scim_store_id(type, id);
	return resource->tenant != NULL;
}

static JsonbValue *
shown(const ScimLease *lease)
{
	JsonbValue *object = scim_new_object();

	scim_set_text(object, "holder", scim_lease_holder(lease));
	if (lease->purpose)
		scim_set_text(object, "purpose", lease->purpose);
	scim_set_text(object, "expires_at", scim_instant_text(lease->expires_at));
	return object;
}

JsonbValue *
scim_lease_of_read(const char *type, const char *tenant, const char *id)
{
	Resource	resource;
	ScimLease	lease;

	if (!find_resource(type, tenant, id, &resource) ||
		!scim_find_lease(resource.tenant, resource.type, resource.id, &lease))
		return NULL;
	return shown(&lease);
}

bool
scim_names_lease_of(const ScimUuids *leases, const char *type, const char *tenant, const char *id)
{
	Resource	resource;

	if (leases == NULL || !find_resource(type, tenant, id, &resource))
		return false;
	for (int i = 0; i < leases->count; i++)
	{
		if (scim_is_lease_id_of(&leases->uuids[i], resource.tenant, resource.type, resource.id))
			return true;
	}
	return false;
}
