/*
 * schema_document.h
 *		Schemas as the JSON documents of RFC 7643 section 7, read into structs
 *		and written from them.
 */
#ifndef SCIM_CORE_SCHEMA_DOCUMENT_H
#define SCIM_CORE_SCHEMA_DOCUMENT_H

#include "core/schema.h"
#include "utils/jsonb.h"

#define SCIM_URN_SCHEMA			"urn:ietf:params:scim:schemas:core:2.0:Schema"

/*
 * Reads a Schema document into the current memory context.  What it leaves out
 * is RFC 7643 section 2.2's default; references and binaries are case exact
 * (sections 2.3.6, 2.3.7), what is writeOnly is never returned.
 * Options: {"canonicalValues": "restrict"}: they are all there are, everywhere
 * in the schema; {"restrict": [path, ...]}: of these attributes.
 * Errors, with the path in the document (attributes[2].subAttributes[0].type):
 * INVALID_SYNTAX (unknown member), INVALID_VALUE.
 */
extern ScimSchema *scim_read_schema(Jsonb *document, Jsonb *options);

/*
 * A schema as in RFC 7643 section 8.7.1 (schemas, id, name, description,
 * attributes), without nulls and meta.
 */
extern JsonbValue *scim_schema_document(const ScimSchema *schema);

/*
 * Are values of the type compared with each other: is there a uniqueness of
 * them (RFC 7643 section 2.3)?
 */
extern bool scim_can_be_unique(ScimType type);

/*
 * Do the attributes have the same names and characteristics (and their
 * sub-attributes)?  Descriptions do not count.
 */
extern bool scim_same_attribute(const ScimAttribute *a, const ScimAttribute *b);

#endif							/* SCIM_CORE_SCHEMA_DOCUMENT_H */
