/*
 * resource_uri.h
 *		The URIs by which clients of MCP name what they read: scim://TENANT/Users/ID.
 *
 * A tenant is the host of the URI, what follows is as in the URLs of HTTP.  The one form in
 * which they are written has all encoded that RFC 3986 wants encoded.
 */
#ifndef SCIM_TOOLS_RESOURCE_URI_H
#define SCIM_TOOLS_RESOURCE_URI_H

#include "registry/registration.h"

/* What is no resource; where a resource type has the endpoint, it goes before. */
#define SCIM_PROPOSALS_ENDPOINT "/Proposals"
#define SCIM_SCHEMAS_ENDPOINT "/Schemas"
#define SCIM_SERVER_ENDPOINT "/ServerInfo"

typedef enum ScimUriKind
{
	SCIM_URI_RESOURCE,
	SCIM_URI_PROPOSAL,
	SCIM_URI_SCHEMA,
	SCIM_URI_SERVER
} ScimUriKind;

typedef struct ScimResourceUri
{
	ScimUriKind kind;
	const ScimRegistration *table;	/* of a resource */
	char	   *tenant;			/* the session's, as what the URI names has it; of a proposal as it
								 * was given */
	char	   *id;				/* as it is stored, be it there or not; NULL: of the server */
} ScimResourceUri;

/* False: it is none of ours, of no table, or of another tenant than the session's. */
extern bool scim_read_resource_uri(const char *text, ScimResourceUri *uri);

/* Its one form; palloc'd. */
extern char *scim_canonical_uri(const ScimResourceUri *uri);

/*
 * The URI of an id below an endpoint; of all below it, if that is NULL; palloc'd.  NULL: of an
 * id that is a step in a path ("." or "..") there is none.
 */
extern char *scim_write_resource_uri(const char *tenant, const char *endpoint, const char *id);

/* Is there something at one of the endpoints above: what is no resource type's? */
extern bool scim_is_own_endpoint(const char *endpoint);

/* What is read there. */
extern const char *scim_mime_type(ScimUriKind kind);

#endif							/* SCIM_TOOLS_RESOURCE_URI_H */
