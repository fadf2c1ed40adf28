/*
 * canonical.h
 *		The canonical form (RFC 8785 with one departure, see jcs.h), and what is a
 *		hash of it: the version of a resource, and what a member adds to it.
 */
#ifndef SCIM_CORE_CANONICAL_H
#define SCIM_CORE_CANONICAL_H

#include "postgres.h"

#include "base/digest.h"
#include "core/entries.h"
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

/* A form that was written; valid until the next call of this module. */
typedef struct ScimForm
{
	const char *data;
	Size		length;
} ScimForm;

/* The canonical form of any JSON value. */
extern ScimForm scim_canonical_form(const JsonbValue *value);

/*
 * Of an object with these members, which are sorted, as content: without those
 * that are unassigned, in depth.  INVALID_VALUE for a number of more than 400
 * digits.
 */
extern ScimForm scim_entries_form(ScimEntries *entries);

/* INVALID_VALUE for such a number. */
extern void scim_check_digits(Numeric numeric);

/* Is the value, a scalar or binary, free of numbers that no content may have? */
extern bool scim_can_be_content(const JsonbValue *value);

/* The hash of one member, for the digest of its group: of {"type":TYPE,"value":ID}. */
extern void scim_member_hash(const char *type, const char *id, uint8 *hash);

/* The same of what a client sent, where either may be anything; jbvNull: there is none. */
extern void scim_hash_member(const JsonbValue *type, const JsonbValue *value, uint8 *hash);

/* The version of a content's form; in the revision scheme with the revision, else NULL. */
extern void scim_form_version(ScimForm form, const int64 *revision,
							  char version[SCIM_VERSION_SIZE + 1]);

#endif							/* SCIM_CORE_CANONICAL_H */
