/*
 * discovery.h
 *		What clients discover (RFC 7644 section 4): schemas, resource types, and what the
 *		server can do.
 *
 * Nothing is said here that does not work; a feature is announced by the change that
 * brings it.
 */
#ifndef SCIM_ADMIN_DISCOVERY_H
#define SCIM_ADMIN_DISCOVERY_H

#include "core/schema.h"
#include "core/shown_version.h"
#include "utils/jsonb.h"

/*
 * {"resource_types": [...], "schemas": [...]} of one type, or of all (NULL), as the
 * registered tables have them (admin/narrow.h).
 */
extern JsonbValue *scim_schemas(const ScimResourceType *only, ScimVersionForm form);

/* Sets what every description of the server says of the features and of paging (RFC 9865). */
extern void scim_set_capabilities(JsonbValue *object);

/* What is discovered. */
typedef enum ScimDiscovery
{
	SCIM_DISCOVER_SCHEMAS,		/* RFC 7643 section 7 */
	SCIM_DISCOVER_TYPES,		/* section 6 */
	SCIM_DISCOVER_CONFIG		/* section 5 */
} ScimDiscovery;

/*
 * A document as JSON, for HTTP: with W/"v" in meta.version.  "id": the schema or the
 * resource type with that URN or name (case-insensitive); NULL: all of them, in a
 * ListResponse, or the configuration.  *version: as it is.  Both palloc'd; NULL: there is no
 * such schema or type.
 */
extern text *scim_discover(ScimDiscovery what, const char *id, char **version);

/* When the library is loaded. */
extern void scim_init_discovery(void);

#endif							/* SCIM_ADMIN_DISCOVERY_H */
