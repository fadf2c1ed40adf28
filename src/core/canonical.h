/*
 * canonical.h
 *		The canonical form (RFC 8785 with one departure, see jcs.h), the content
 *		of a resource, and the version, which is a hash of the content's form.
 */
#ifndef SCIM_CORE_CANONICAL_H
#define SCIM_CORE_CANONICAL_H

#include "postgres.h"

#include "base/digest.h"
#include "utils/jsonb.h"

/* 12 characters of base64: 8 bytes of the hash. */
#define SCIM_VERSION_SIZE BASE64_SIZE(8)

/* How many members a group has, and the sum of their hashes. */
typedef struct ScimMemberSum
{
	bool		known;			/* false: nobody has looked yet */
	int64		count;
	uint8		digest[SCIM_DIGEST_SIZE];
} ScimMemberSum;

/* What a row holds of a resource's content beside the document. */
typedef struct ScimBeside
{
	const char *id;				/* takes the place of the document's "id" */
	const		text *password; /* the crypt string, not compressed; or NULL */
	const ScimMemberSum *members;	/* of a group; NULL: the document's own "members" count */
} ScimBeside;

/* A form that was written; valid until the next call of this module. */
typedef struct ScimForm
{
	const char *data;
	Size		length;
} ScimForm;

/* The canonical form of any JSON value. */
extern ScimForm scim_canonical_form(const JsonbValue *value);

/*
 * The canonical form of a resource's content; "beside" may be NULL.  INVALID_VALUE
 * where there is none: no object, a number of more than 400 digits, members
 * that are no objects.
 */
extern ScimForm scim_content_form(JsonbContainer *document, const ScimBeside *beside);

/* The same of a tree, which need not be written first. */
extern ScimForm scim_content_form_of(const JsonbValue *document, const ScimBeside *beside);

/* Is the value, a scalar or binary, free of numbers that no content may have? */
extern bool scim_can_be_content(const JsonbValue *value);

/* The content as a tree, of which scim_content_form is the canonical form. */
extern JsonbValue *scim_content_tree(JsonbContainer *document, const ScimBeside *beside);

/* The hash of one member, for the digest of its group: of {"type":TYPE,"value":ID}. */
extern void scim_member_hash(const char *type, const char *id, uint8 *hash);

/* The version of a content's form; in the revision scheme with the revision, else NULL. */
extern void scim_form_version(ScimForm form, const int64 *revision,
							  char version[SCIM_VERSION_SIZE + 1]);

#endif							/* SCIM_CORE_CANONICAL_H */
