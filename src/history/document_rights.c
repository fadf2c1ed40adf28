/*
 * document_rights.c
 *		Who may read the entries of documents that are no resources.
 */
#include "postgres.h"

#include "history/document.h"
#include "history/document_rights.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "utils/acl.h"
#include "utils/inval.h"

bool
scim_means_policies(const char *type)
{
	return pg_strcasecmp(type, SCIM_POLICY_KIND) == 0 && scim_resource_type(type) == NULL;
}

bool
scim_means_documents(const char *type)
{
	return scim_is_document_kind(type) && scim_resource_type(type) == NULL;
}

const char *
scim_kind_of(const char *type)
{
	return scim_means_policies(type) ? SCIM_POLICY_KIND : SCIM_PROPOSAL_KIND;
}

bool
scim_sees_document(const char *kind, const char *tenant, const char *id)
{
	if (!scim_means_policies(kind))
		return scim_works_in(tenant);
	if (strcmp(tenant, SCIM_ALL_TENANTS) == 0)
		return true;
	return scim_works_with(scim_find_table(scim_resource_type(id)), tenant);
}

/* ---- errors ---- */

static char *
check_table(const ScimRegistration *table, const char *given)
{
	char	   *tenant = scim_tenant_of(table, given);

	scim_check_works_with(table, tenant);
	return tenant;
}

/* Without a table, nothing says whether tenants are kept apart: so they are. */
static char *
check_type(const char *name, const char *given)
{
	const ScimResourceType *type = scim_resource_type(name);
	const ScimRegistration *table = scim_find_table(type);
	char	   *tenant;

	if (type == NULL)
		scim_throw_not_registered(name, "id");
	if (table)
		return check_table(table, given);
	tenant = scim_resolve_tenant(given);
	if (!has_bypassrls_privilege(GetUserId()))
		scim_check_granted(tenant);
	return tenant;
}

/* Why does the caller not work there?  The table whose error tells best; NULL: there is none. */
static const ScimRegistration *
find_obstacle(const char *given)
{
	const ScimRegistration *found = NULL;
	int			best = -1;

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);
		int			tells = table && scim_find_tenant(table, given)
		? 1 + scim_has_privilege(table, ACL_SELECT) : 0;

		if (table && tells > best)
		{
			found = table;
			best = tells;
		}
	}
	return found;
}

/* The tenant as the first type has it that holds such, if the caller works there. */
static char *
check_any(const char *given)
{
	const ScimRegistration *obstacle;
	char	   *tenant;

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);

		tenant = table ? scim_find_tenant(table, given) : NULL;
		if (tenant && scim_works_in(tenant))
			return tenant;
	}
	obstacle = find_obstacle(given);
	if (obstacle == NULL)
		scim_throw_not_registered(NULL, NULL);
	tenant = check_table(obstacle, given);
	scim_check_granted(tenant);
	return tenant;
}

char *
scim_check_documents(const char *kind, const char *given, const char *id)
{
	char	   *tenant = scim_resolve_tenant(given);

	AcceptInvalidationMessages();
	if (scim_means_policies(kind) && strcmp(tenant, SCIM_ALL_TENANTS) == 0)
		return tenant;
	return scim_means_policies(kind) && id ? check_type(id, given) : check_any(given);
}
