/*
 * hidden.h
 *		What of a resource is never returned.
 */
#ifndef SCIM_CORE_HIDDEN_H
#define SCIM_CORE_HIDDEN_H

#include "core/schema.h"
#include "utils/jsonb.h"

/*
 * The document without the attributes and sub-attributes that are never
 * returned: what is made of it tells nothing of them.
 */
extern Jsonb *scim_without_hidden(const ScimResourceType *type, Jsonb *document);

/* Is one of these, or a part of one, never returned?  "attributes" may be NULL: none. */
extern bool scim_holds_hidden(const ScimAttribute *attributes);

/* Does the document hold any of them? */
extern bool scim_has_hidden(const ScimResourceType *type, Jsonb *document);

#endif							/* SCIM_CORE_HIDDEN_H */
