/*
 * type_document.h
 *		Resource types as the JSON documents of RFC 7643 section 6.
 */
#ifndef SCIM_CORE_TYPE_DOCUMENT_H
#define SCIM_CORE_TYPE_DOCUMENT_H

#include "core/schema.h"
#include "utils/jsonb.h"

#define SCIM_URN_RESOURCE_TYPE	"urn:ietf:params:scim:schemas:core:2.0:ResourceType"

/* A ResourceType document, read; the schemas that it names are not looked for. */
typedef struct ScimTypeDocument
{
	const char *name;
	const char *endpoint;		/* with a slash in front */
	const char *description;	/* or NULL */
	const char *schema;
	int			extension_count;
	const char *const *extensions;	/* their URNs */
	const bool *required;		/* of each */
} ScimTypeDocument;

/*
 * Reads a ResourceType document into the current memory context.
 * INVALID_SYNTAX, INVALID_VALUE with path.
 */
extern ScimTypeDocument *scim_read_resource_type(Jsonb *document);

/* The parts of which a resource type was made. */
extern void scim_type_parts(const ScimResourceType *type, ScimTypeDocument *parts);

/* The document as in RFC 7643 section 6, without nulls and meta. */
extern JsonbValue *scim_resource_type_document(const ScimTypeDocument *type);

#endif							/* SCIM_CORE_TYPE_DOCUMENT_H */
