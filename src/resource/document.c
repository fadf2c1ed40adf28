/*
 * document.c
 *		The document of a resource in the order in which it is stored: without
 *		what other columns hold, and with the core URN among its schemas.
 *
 * The row trigger brings it into this order.  A row that came in without it
 * (loaded with triggers off, or before its table was registered) is read as if
 * it had been, so that the version which a client reads is the one that the
 * first write finds.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "resource/document.h"

/* What of a document's top level does not belong into it. */
typedef struct Inspection
{
	bool		strip;			/* id, meta, _version, groups or members is there */
	bool		password;		/* a password in clear text is there, however it is spelled */
	JsonbValue	password_value;
	bool		schemas;		/* schemas holds the core URN */
	bool		bad_schemas;	/* schemas is no array */
} Inspection;

static bool
is_of_other_columns(const ScimResourceType *type, const JsonbValue *key)
{
	return scim_string_is(key, "id") || scim_string_is(key, "meta") ||
		scim_string_is(key, "_version") ||
		(type->has_groups && scim_string_is(key, "groups")) ||
		(type->has_members && scim_string_is(key, "members"));
}

static bool
is_password(const ScimResourceType *type, const JsonbValue *key)
{
	return type->has_password && key->val.string.len == 8 &&
		(key->val.string.val[0] | 0x20) == 'p' &&
		pg_strncasecmp(key->val.string.val, "password", 8) == 0;
}

bool
scim_belongs_elsewhere(const ScimResourceType *type, const JsonbValue *key)
{
	return is_of_other_columns(type, key) || is_password(type, key);
}

static bool
holds_core_urn(const ScimResourceType *type, const JsonbValue *schemas)
{
	ScimWalk	walk;
	JsonbValue	urn;

	if (!scim_is_array(schemas))
		return false;
	scim_walk(&walk, schemas->val.binary.data);
	while (scim_walk_next(&walk, NULL, &urn))
	{
		if (scim_string_is(&urn, type->schema->urn))
			return true;
	}
	return false;
}

static void
inspect(const ScimResourceType *type, JsonbContainer *document, Inspection *result)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	memset(result, 0, sizeof(Inspection));
	scim_walk(&walk, document);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (is_of_other_columns(type, &key))
			result->strip = true;
		else if (scim_string_is(&key, "schemas"))
		{
			result->schemas = holds_core_urn(type, &value);
			result->bad_schemas = value.type != jbvNull && !scim_is_array(&value);
		}
		else if (is_password(type, &key))
		{
			if (!result->password || value.type != jbvNull)
				result->password_value = value;
			result->password = true;
		}
	}
}

static void
add_core_urn(const ScimResourceType *type, JsonbValue *document)
{
	JsonbValue *found = scim_get(document, "schemas", strlen("schemas"));
	JsonbValue *schemas = found && scim_is_array(found) ? scim_open(found) : scim_new_array();

	scim_append_text(schemas, type->schema->urn);
	scim_set_value(document, "schemas", schemas);
}

/* Removes passwords, and if "all", what else does not belong into a document. */
static void
remove_keys(const ScimResourceType *type, JsonbValue *document, bool all)
{
	for (int i = document->val.object.nPairs - 1; i >= 0; i--)
	{
		JsonbValue	key = document->val.object.pairs[i].key;

		if (all ? scim_belongs_elsewhere(type, &key) : is_password(type, &key))
			scim_remove(document, key.val.string.val, key.val.string.len);
	}
}

/* What is no list of schemas stays as it is, where it is not refused. */
static Jsonb *
tidied(const ScimResourceType *type, Jsonb *data, const Inspection *found)
{
	JsonbValue	root;
	JsonbValue *document;

	if (!found->strip && !found->password && (found->schemas || found->bad_schemas))
		return data;
	scim_root(data, &root);
	document = scim_open(&root);
	remove_keys(type, document, true);
	if (!found->schemas && !found->bad_schemas)
		add_core_urn(type, document);
	return scim_write(document);
}

static void
check_object(Jsonb *data)
{
	if (!JB_ROOT_IS_OBJECT(data))
		scim_throw_path(SCIM_NO_RESOURCE, "data", "the document of a resource must be an object");
}

Jsonb *
scim_tidy_document(const ScimResourceType *type, Jsonb *data, JsonbValue *password)
{
	Inspection	found;

	check_object(data);
	inspect(type, &data->root, &found);
	if (found.bad_schemas)
		scim_throw_path(SCIM_INVALID_VALUE, "schemas", "schemas must be an array of URNs");
	password->type = jbvNull;
	if (found.password)
		*password = found.password_value;
	return tidied(type, data, &found);
}

Jsonb *
scim_take_password(const ScimResourceType *type, Jsonb *data, JsonbValue *password)
{
	Inspection	found;
	JsonbValue	root;
	JsonbValue *document;

	check_object(data);
	inspect(type, &data->root, &found);
	password->type = jbvNull;
	if (!found.password)
		return data;
	*password = found.password_value;
	scim_root(data, &root);
	document = scim_open(&root);
	remove_keys(type, document, false);
	return scim_write(document);
}

Jsonb *
scim_stored_document(const ScimResourceType *type, Jsonb *data, bool has_version)
{
	Inspection	found;

	if (has_version && !type->has_password)
		return data;
	inspect(type, &data->root, &found);
	return has_version && !found.password ? data : tidied(type, data, &found);
}
