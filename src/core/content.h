/*
 * content.h
 *		The content of a resource: what of it counts in its version, which is a
 *		hash of the content's canonical form.
 */
#ifndef SCIM_CORE_CONTENT_H
#define SCIM_CORE_CONTENT_H

#include "core/canonical.h"

/* What a row holds of a resource's content beside the document. */
typedef struct ScimBeside
{
	const char *id;				/* takes the place of the document's "id" */
	const		text *password; /* the crypt string, not compressed; or NULL */
	const ScimMemberSum *members;	/* of a group; NULL: the document's own "members" count */
} ScimBeside;

/*
 * The canonical form of a resource's content; "beside" may be NULL.  INVALID_VALUE
 * where there is none: no object, a number of more than 400 digits, members
 * that are no objects.
 */
extern ScimForm scim_content_form(JsonbContainer *document, const ScimBeside *beside);

/* The same of a tree, which need not be written first. */
extern ScimForm scim_content_form_of(const JsonbValue *document, const ScimBeside *beside);

/* The content as a tree, of which scim_content_form is the canonical form. */
extern JsonbValue *scim_content_tree(JsonbContainer *document, const ScimBeside *beside);

/*
 * A value, a scalar or binary, as it counts: without members of objects that are
 * unassigned, in depth; itself, if there are none.  What is left may be unassigned.
 * INVALID_VALUE for a number of more than 400 digits.
 */
extern JsonbValue scim_pruned(const JsonbValue *value);

/* "schemas" as it counts: sorted by bytes, each once; what is no array of strings as it is. */
extern JsonbValue *scim_sorted_schemas(const JsonbValue *schemas);

/*
 * Is the top-level member of that name what other rows tell: "groups" where the
 * document has the schema of users, "members" where it has that of groups?
 */
extern bool scim_is_from_elsewhere(JsonbContainer *document, const JsonbValue *name);

#endif							/* SCIM_CORE_CONTENT_H */
