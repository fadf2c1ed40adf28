/*
 * describe.h
 *		Schemas and resource types as the resources that clients discover:
 *		documents with "meta".
 */
#ifndef SCIM_ADMIN_DESCRIBE_H
#define SCIM_ADMIN_DESCRIBE_H

#include "core/shown_version.h"
#include "registry/schemas.h"
#include "utils/jsonb.h"

/* A Schema resource (RFC 7643 section 7), with its version and location. */
extern JsonbValue *scim_describe_schema(const ScimSchema *schema, ScimVersionForm form);

/* A ResourceType resource (RFC 7643 section 6). */
extern JsonbValue *scim_describe_type(const ScimResourceType *type, ScimVersionForm form);

/*
 * "meta" of a document that is read at the endpoint, under the id (NULL: at the
 * endpoint itself); its version is computed unless given.
 */
extern void scim_set_meta(JsonbValue *document, const char *type, const char *endpoint,
						  const char *id, const char *version, ScimVersionForm form);

/* "meta" of what is no resource, and has a version alone. */
extern void scim_set_meta_version(JsonbValue *object, ScimVersionForm form);

#endif							/* SCIM_ADMIN_DESCRIBE_H */
