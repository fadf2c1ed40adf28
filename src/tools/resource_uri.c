/*
 * resource_uri.c
 *		The URIs by which clients of MCP name what they read.
 */
#include "postgres.h"

#include "base/uri.h"
#include "base/uuids.h"
#include "mb/pg_wchar.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "rest/headers.h"
#include "statement/own_table.h"
#include "statement/tenant.h"
#include "tools/resource_uri.h"

#define SCHEME "scim://"

/* The parts of a URI: its host, the endpoint, and, where there is one, the id. */
#define MOST_PARTS 3

/* ---- writing ---- */

char *
scim_write_resource_uri(const char *tenant, const char *endpoint, const char *id)
{
	Size		tenant_length = strlen(tenant);
	Size		id_length = id ? strlen(id) : 0;
	char	   *uri;
	char	   *end;

	if (id && scim_uri_is_step(id))
		return NULL;
	uri = palloc_extended(strlen(SCHEME) + 3 * tenant_length + strlen(endpoint) + 1 +
						  3 * id_length + 1, MCXT_ALLOC_HUGE);
	end = stpcpy(uri, SCHEME);
	end += scim_uri_encode_host(tenant, tenant_length, end);
	end = stpcpy(stpcpy(end, endpoint), "/");
	if (id)
		scim_uri_encode(id, id_length, end);
	return uri;
}

static const char *
endpoint_of(const ScimResourceUri *uri)
{
	switch (uri->kind)
	{
		case SCIM_URI_RESOURCE:
			return uri->table->type->endpoint;
		case SCIM_URI_PROPOSAL:
			return SCIM_PROPOSALS_ENDPOINT;
		case SCIM_URI_SCHEMA:
			return SCIM_SCHEMAS_ENDPOINT;
		case SCIM_URI_SERVER:
			return SCIM_SERVER_ENDPOINT;
	}
	return NULL;
}

char *
scim_canonical_uri(const ScimResourceUri *uri)
{
	char	   *text = scim_write_resource_uri(uri->tenant, endpoint_of(uri), uri->id);

	/* the server is no collection */
	if (uri->id == NULL)
		text[strlen(text) - 1] = '\0';
	return text;
}

/* ---- the parts of one that was given ---- */

/* One part, decoded in its place. */
static bool
take_part(char *part)
{
	return scim_uri_decode(part) && part[0] != '\0' && !scim_uri_is_step(part) &&
		pg_verifymbstr(part, strlen(part), true);
}

/* How many there are; 0: it is none of ours. */
static int
split_uri(const char *text, char **parts)
{
	int			count = 0;

	if (pg_strncasecmp(text, SCHEME, strlen(SCHEME)) != 0)
		return 0;
	for (char *rest = pstrdup(text + strlen(SCHEME)); rest; count++)
	{
		char	   *end = strchr(rest, '/');

		if (count == MOST_PARTS)
			return 0;
		if (end)
			*end = '\0';
		parts[count] = rest;
		if (!take_part(rest))
			return 0;
		rest = end ? end + 1 : NULL;
	}
	return count;
}

/* ---- what they lead to ---- */

static const ScimResourceType *
type_at(const char *endpoint)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (strcmp((*type)->endpoint, endpoint) == 0)
			return *type;
	}
	return NULL;
}

bool
scim_is_own_endpoint(const char *endpoint)
{
	if (strcmp(endpoint, SCIM_PROPOSALS_ENDPOINT) == 0 &&
		!OidIsValid(scim_find_own_relation("scim_proposal_rows")))
		return false;
	return type_at(endpoint) == NULL;
}

const char *
scim_mime_type(ScimUriKind kind)
{
	return kind == SCIM_URI_RESOURCE || kind == SCIM_URI_SCHEMA ? SCIM_MEDIA_TYPE
		: "application/json";
}

/* Is what was given the session's tenant, as the table spells both? */
static bool
take_tenant(ScimResourceUri *uri, const char *given)
{
	const ScimIdType *type = uri->table->tenant_type;
	const char *spelled = type ? type->spell(given) : given;

	uri->tenant = scim_find_tenant(uri->table, NULL);
	return uri->tenant && spelled && strcmp(uri->tenant, spelled) == 0;
}

static bool
find_resource(ScimResourceUri *uri, const ScimResourceType *type, const char *given, char *id)
{
	uri->kind = SCIM_URI_RESOURCE;
	uri->table = scim_find_table(type);
	if (uri->table == NULL || id == NULL || !take_tenant(uri, given))
		return false;
	uri->id = scim_store_id(type->name, id);
	return true;
}

static bool
find_proposal(ScimResourceUri *uri, char *given, char *id)
{
	pg_uuid_t	uuid;

	uri->kind = SCIM_URI_PROPOSAL;
	uri->tenant = given;
	if (id == NULL || !scim_parse_uuid(id, &uuid))
		return false;
	uri->id = scim_uuid_text(&uuid);
	return true;
}

static bool
find_other(ScimResourceUri *uri, const char *endpoint, const char *given, char *id)
{
	bool		is_server = strcmp(endpoint, SCIM_SERVER_ENDPOINT) == 0;

	if (!is_server && strcmp(endpoint, SCIM_SCHEMAS_ENDPOINT) != 0)
		return false;
	uri->kind = is_server ? SCIM_URI_SERVER : SCIM_URI_SCHEMA;
	uri->tenant = scim_resolve_tenant(NULL);
	uri->id = id;
	return strcmp(uri->tenant, given) == 0 && is_server == (id == NULL);
}

bool
scim_read_resource_uri(const char *text, ScimResourceUri *uri)
{
	char	   *parts[MOST_PARTS] = {NULL};
	char	   *endpoint;
	const ScimResourceType *type;

	*uri = (ScimResourceUri) {0};
	if (split_uri(text, parts) < 2)
		return false;
	endpoint = psprintf("/%s", parts[1]);
	type = type_at(endpoint);
	if (type)
		return find_resource(uri, type, parts[0], parts[2]);
	if (!scim_is_own_endpoint(endpoint))
		return false;
	if (strcmp(endpoint, SCIM_PROPOSALS_ENDPOINT) == 0)
		return find_proposal(uri, parts[0], parts[2]);
	return find_other(uri, endpoint, parts[0], parts[2]);
}
