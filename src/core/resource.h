/*
 * resource.h
 *		A resource as a client sends it, checked against its schema and brought
 *		to the form in which it is stored (RFC 7643 sections 2, 3, 7).
 */
#ifndef SCIM_CORE_RESOURCE_H
#define SCIM_CORE_RESOURCE_H

#include "base/errors.h"
#include "core/mentions.h"
#include "core/rules.h"
#include "core/schema.h"

/* A resource that is ready to be stored. */
typedef struct ScimInput
{
	Jsonb	   *document;		/* without id, meta, _version, groups, members, password */
	char	   *password;		/* clear text, or NULL */
	bool		has_members;	/* the key was there, be it empty */
	ScimMember *members;
	int			member_count;
} ScimInput;

/*
 * Checks a whole resource for create or update, and normalises it: attribute
 * names as the schema spells them; nothing unassigned (null, [], {} at any
 * depth); "schemas" completed, known, without duplicates; what the server
 * assigns (id, meta, _version, readOnly attributes) ignored; what the rules know, as
 * if it had been sent as the standards say.  "members" spells
 * the ids of a group's members.  A document that is so already is not copied.
 * Errors: INVALID_SYNTAX (no object, unknown attribute, one name in two
 * spellings), INVALID_VALUE (type, required, two primaries, unknown URN,
 * password over 72 bytes, number over 400 digits), TOO_LARGE (text that is
 * compared folded, over 1 MB), each with path.
 */
extern ScimInput *scim_read_input(const ScimResourceType *type, const ScimRules *rules,
								  Jsonb *given, ScimSpellId members);

/*
 * Are all required attributes and extensions there?  Fills in what "schemas"
 * lacks; false: nothing.  (After a PATCH, or a merge.)
 */
extern bool scim_complete_resource(const ScimResourceType *type, JsonbValue *data);

/*
 * Checks a document as it is stored: what a client could not have sent is
 * refused, with the errors of scim_read_input, and so are names in another
 * spelling than the schema's, and an extension whose URN "schemas" does not have.
 */
extern void scim_check_document(const ScimResourceType *type, Jsonb *document);

/*
 * The same of what two resources were merged into: only what is as in neither of them, as
 * each was a resource by itself.  Fills in what "schemas" lacks.
 */
extern Jsonb *scim_check_merged(const ScimResourceType *type, Jsonb *merged, Jsonb *mine,
								Jsonb *theirs);

/*
 * The URNs in the value of "schemas", or (if "one" may be) a URN: which of the
 * type's schemas are among them?  known[0] stands for the core schema, known[i]
 * for extension i - 1; those that are named are set, the others left alone.
 * INVALID_VALUE for others; with the rule loose_envelope, only for what is no string.
 */
extern void scim_read_schemas(const ScimResourceType *type, const ScimRules *rules,
							  const JsonbValue *given, bool one, bool *known);

/* The number of the type's schemas, and each of them: 0 is the core schema. */
extern int	scim_schema_count(const ScimResourceType *type);
extern const ScimSchema *scim_schema_at(const ScimResourceType *type, int i);

/*
 * A password as given, and understood: a string of 1 to 72 bytes, else INVALID_VALUE; never
 * in the error.  NULL: it is to have none.
 */
extern char *scim_read_password(const ScimRules *rules, const JsonbValue *given);

/* An expected_version: 1 to 128 characters of A-Z a-z 0-9 + / = - _; raw, not as an ETag. */
extern bool scim_version_is_well_formed(const char *version, int length);

/*
 * INVALID_VERSION_FORMAT of the parameter "name" (expected_version,
 * known_version), with what was given instead.
 */
extern SCIM_NORETURN void scim_throw_version_format(ScimErrorCode situation, const char *name,
													const char *given);

#endif							/* SCIM_CORE_RESOURCE_H */
