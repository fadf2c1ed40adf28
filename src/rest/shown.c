/*
 * shown.c
 *		Resources and messages as HTTP shows them.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "lib/stringinfo.h"
#include "rest/request.h"
#include "rest/shown.h"

text *
scim_http_body(const JsonbValue *value)
{
	StringInfoData out;

	initStringInfo(&out);
	/* room for the length of the text, which is not known yet */
	appendStringInfoSpaces(&out, VARHDRSZ);
	scim_append_json(&out, value);
	SET_VARSIZE(out.data, out.len);
	return (text *) out.data;
}

JsonbValue *
scim_http_resource(const JsonbValue *resource, char **etag)
{
	JsonbValue *shown = scim_open(resource);
	const JsonbValue *version = scim_get(shown, "_version", strlen("_version"));
	char	   *tag = scim_etag(scim_string_copy(version));
	const JsonbValue *meta;
	JsonbValue	unused;

	if (etag)
		*etag = tag;
	(void) scim_remove(shown, "_version", strlen("_version"));
	meta = scim_get(shown, "meta", strlen("meta"));
	if (meta && scim_find_member(meta, "version", &unused))
	{
		JsonbValue *changed = scim_open(meta);

		scim_set_text(changed, "version", tag);
		scim_set_value(shown, "meta", changed);
	}
	return shown;
}
