/*
 * schema.h
 *		What SCIM says about attributes: schemas and resource types as structs,
 *		and how to look something up in them.
 *
 * They are made from documents (schema_document.h); which of them there are is
 * the database's matter (registry/schemas.h).
 */
#ifndef SCIM_CORE_SCHEMA_H
#define SCIM_CORE_SCHEMA_H

#include "postgres.h"

#include "utils/jsonb.h"

#define SCIM_URN_USER		"urn:ietf:params:scim:schemas:core:2.0:User"
#define SCIM_URN_GROUP		"urn:ietf:params:scim:schemas:core:2.0:Group"
#define SCIM_URN_LIST		"urn:ietf:params:scim:api:messages:2.0:ListResponse"
#define SCIM_URN_PATCH		"urn:ietf:params:scim:api:messages:2.0:PatchOp"
#define SCIM_URN_BULK		"urn:ietf:params:scim:api:messages:2.0:BulkRequest"

typedef enum ScimType
{
	SCIM_STRING, SCIM_BOOLEAN, SCIM_DECIMAL, SCIM_INTEGER,
	SCIM_DATETIME, SCIM_BINARY, SCIM_REFERENCE, SCIM_COMPLEX
} ScimType;

typedef enum ScimMutability
{
	SCIM_READ_WRITE, SCIM_READ_ONLY, SCIM_IMMUTABLE, SCIM_WRITE_ONLY
} ScimMutability;

typedef enum ScimReturned
{
	SCIM_DEFAULT, SCIM_ALWAYS, SCIM_NEVER, SCIM_REQUEST
} ScimReturned;

typedef enum ScimUniqueness
{
	SCIM_NONE, SCIM_SERVER, SCIM_GLOBAL
} ScimUniqueness;

/* RFC 7643 section 7; all that is zero is that section's default. */
typedef struct ScimAttribute
{
	const char *name;			/* as the schema spells it */
	const char *description;
	ScimType	type;
	bool		multi_valued;
	bool		required;
	bool		case_exact;
	ScimMutability mutability;
	ScimReturned returned;
	ScimUniqueness uniqueness;
	const char *const *canonical_values;	/* NULL-terminated, or NULL */
	const char *const *reference_types; /* NULL-terminated, or NULL */
	bool		restricted;		/* the canonical values are all there are, not a suggestion */
	/* of a reference to resources: those that it must not lead to; or NULL */
	const char *const *other_endpoints;
	const struct ScimAttribute *sub;	/* of a complex attribute; ends with name NULL */
} ScimAttribute;

typedef struct ScimSchema
{
	const char *urn;
	const char *name;			/* or NULL */
	const char *description;	/* or NULL */
	const ScimAttribute *attributes;	/* ends with name NULL */
	const char *version;		/* of its document; NULL until it is stored */
} ScimSchema;

typedef struct ScimResourceType
{
	const char *name;			/* "User" */
	const char *plural;			/* "users", as in scim_list_users */
	const char *endpoint;		/* "/Users" */
	const char *description;
	const ScimSchema *schema;
	const ScimSchema *const *extensions;	/* NULL-terminated */
	const bool *extension_required; /* of each: must every resource have it? */
	const char *version;		/* of its document */
	int			index;			/* its place among the types */
	int			not_found;		/* a ScimErrorCode: USER_NOT_FOUND, ... */
	bool		has_password;
	bool		has_members;	/* memberships are kept in a table of their own */
	bool		has_kept;		/* an attribute of the document is readOnly; or immutable, be it a
								 * part of a single complex one */
	bool		has_groups;		/* "groups" is read from the memberships */
	bool		can_be_member;	/* of a group */
	/* what is shown of it if nothing is said (scim_read_projection); NULL: not known yet */
	const struct ScimProjection *projection;
} ScimResourceType;

/*
 * Is a (of that length) the name b?  Attribute names and URNs are ASCII and
 * have no case (RFC 7643 section 2.1).
 */
extern bool scim_same_name(const char *a, int length, const char *b);

/*
 * May an attribute have that name?  RFC 7643 section 2.1, and "$ref", which
 * that section's rule forgets.
 */
extern bool scim_is_attribute_name(const char *name);

/*
 * May a schema have that URN?  urn:NID:NSS (RFC 8141), so that it can stand in
 * front of a path.
 */
extern bool scim_is_urn(const char *urn);

/* The attribute of that name in a list that ends with name NULL: case-insensitive, or NULL. */
extern const ScimAttribute *scim_attribute(const ScimAttribute *attributes, const char *name,
										   int length);

/*
 * The common attributes id, externalId, schemas, meta (RFC 7643 section 3.1),
 * which belong to no schema.
 */
extern const ScimAttribute *scim_common_attributes(void);

/* The core or common attribute of that name, or "_version", which the tools add; or NULL. */
extern const ScimAttribute *scim_top_attribute(const ScimResourceType *type, const char *name,
											   int length);

/* The extension of the type with that URN (case-insensitive), or NULL. */
extern const ScimSchema *scim_extension(const ScimResourceType *type, const char *urn, int length);

/* The core schema or extension of the type with that URN (case-insensitive), or NULL. */
extern const ScimSchema *scim_schema(const ScimResourceType *type, const char *urn, int length);

#endif							/* SCIM_CORE_SCHEMA_H */
