/*
 * resource.h
 *		A resource as a client sends it, checked against its schema and brought
 *		to the form in which it is stored (RFC 7643 sections 2, 3, 7).
 */
#ifndef SCIM_RESOURCE_H
#define SCIM_RESOURCE_H

#include "core/schema.h"

/* A member as a client names it: the id, and the type if it gave one. */
typedef struct ScimMember
{
	const char *value;			/* the member's id, as sent */
	const char *type;			/* "User", "Group", or NULL */
} ScimMember;

/* A resource that is ready to be stored. */
typedef struct ScimInput
{
	JsonbValue *data;			/* tree: without id, meta, _version, groups, members, password */
	char	   *password;		/* clear text, or NULL */
	bool		has_members;	/* the key was there, be it empty */
	ScimMember *members;
	int			member_count;
} ScimInput;

/*
 * Checks a whole resource for create or update, and normalises it: attribute
 * names as the schema spells them; nothing unassigned (null, [], {} at any
 * depth); "schemas" completed, known, without duplicates; what the server
 * assigns (id, meta, _version, readOnly attributes) ignored.
 * Errors: INVALID_SYNTAX (no object, unknown attribute, one name in two
 * spellings), INVALID_VALUE (type, required, two primaries, unknown URN,
 * password over 72 bytes, number over 400 digits), each with path.
 */
extern ScimInput *scim_read_resource(const ScimResourceType *type, Jsonb *given);

/*
 * Checks one value against an attribute and returns it in the form in which it
 * is stored, or NULL if it is unassigned.  "path" is for errors.  Complex
 * values: sub-attributes the same way; readOnly ones are left out.
 * "required" sub-attributes are checked unless "partial" (PATCH merges).
 */
extern JsonbValue *scim_read_value(const ScimAttribute *attribute, const JsonbValue *given,
								   const char *path, bool partial);

/* Are all required attributes there, and "schemas" complete?  (After a PATCH; fills in "schemas".) */
extern void scim_complete_resource(const ScimResourceType *type, JsonbValue *data);

/* Members of a group from the value of "members": INVALID_VALUE with path. */
extern void scim_read_members(const JsonbValue *given, const char *path, ScimMember **members, int *count);

/* A password as given: a string of 1 to 72 bytes, else INVALID_VALUE; never in the error. */
extern char *scim_read_password(const JsonbValue *given);

/* An expected_version: 1 to 128 characters of A-Z a-z 0-9 + / = - _ (DESIGN: raw versions only). */
extern bool scim_version_is_well_formed(const char *version, int length);

#endif							/* SCIM_RESOURCE_H */
