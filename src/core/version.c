/*
 * version.c
 *		scim_canonical, scim_content, scim_version: the rules of versions as SQL
 *		functions, so that any client can compute a version itself.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/content.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_canonical);
PG_FUNCTION_INFO_V1(scim_content);
PG_FUNCTION_INFO_V1(scim_version);

/* scim_canonical(jsonb) -> text: the canonical form of any JSON value. */
Datum
scim_canonical(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	JsonbValue	root;
	ScimForm	form;

	scim_root(jsonb, &root);
	form = scim_canonical_form(&root);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(form.data, form.length));
}

/* scim_content(jsonb) -> jsonb: what of a resource enters its version.  INVALID_VALUE. */
Datum
scim_content(PG_FUNCTION_ARGS)
{
	Jsonb	   *resource = PG_GETARG_JSONB_P(0);

	PG_RETURN_JSONB_P(scim_write(scim_content_tree(&resource->root, NULL)));
}

/* scim_version(jsonb) -> text: the version of a resource as any client reads it.  INVALID_VALUE. */
Datum
scim_version(PG_FUNCTION_ARGS)
{
	Jsonb	   *resource = PG_GETARG_JSONB_P(0);
	char		version[SCIM_VERSION_SIZE + 1];

	scim_form_version(scim_content_form(&resource->root, NULL), NULL, version);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(version, SCIM_VERSION_SIZE));
}
