/*
 * id.c
 *		Ids, and the URIs that end with one, compared with what a client names.
 *
 * Equality is that of the id in its own type, which the key's index serves.
 */
#include "postgres.h"

#include "base/uri.h"
#include "catalog/pg_type.h"
#include "column/id.h"
#include "mb/pg_wchar.h"
#include "query/id.h"
#include "registry/extension.h"

#define EQ SQL_OP("=")

char *
scim_uri_sql(const char *base, const char *id, const ScimIdType *type)
{
	char	   *text = psprintf("CAST(%s AS pg_catalog.text)", id);

	/* of other types there is nothing to encode */
	if (type->type == TEXTOID)
		text = psprintf("%s.scim_uri_segment(%s)", scim_extension_schema("scimver"), text);
	return psprintf("%s" SQL_OP("||") "%s", base, text);
}

static void
append_same(ScimSql *sql, const ScimAttributeSql *attribute, const char *column, const char *id)
{
	const ScimIdType *type = attribute->id_type;
	char	   *spelled = type->spell(id);
	Datum		value;

	if (spelled == NULL || !scim_parse_id(type, spelled, &value))
	{
		scim_append_format(sql, "false");
		return;
	}
	scim_append_format(sql, "%s" EQ, column);
	if (attribute->id_is_text)
		scim_append_text_argument(sql, spelled);
	else
		scim_append_argument(sql, type->type, value);
}

void
scim_append_same_id(ScimSql *sql, const ScimAttributeSql *attribute, const char *id)
{
	append_same(sql, attribute, attribute->value, id);
}

/* The id that the URI has behind the base; NULL: it leads elsewhere. */
static char *
id_behind(const char *base, const char *uri)
{
	char	   *id;

	if (strncmp(uri, base, strlen(base)) != 0)
		return NULL;
	id = pstrdup(uri + strlen(base));
	/* what is encoded may be no text */
	return scim_uri_decode(id) && pg_verifymbstr(id, strlen(id), true) ? id : NULL;
}

void
scim_append_same_uri(ScimSql *sql, const ScimAttributeSql *attribute, const char *uri)
{
	bool		found = false;

	for (const ScimUriSql *known = attribute->uris; known->base; known++)
	{
		char	   *id = id_behind(known->base, uri);

		if (id == NULL)
			continue;
		scim_append_format(sql, found ? " OR (" : "((");
		if (known->condition)
			scim_append_format(sql, "%s AND ", known->condition);
		append_same(sql, attribute, attribute->id, id);
		scim_append_format(sql, ")");
		found = true;
	}
	scim_append_format(sql, found ? ")" : "false");
}
