/*
 * document_storage.c
 *		Resources in a document: the tables that scim_create_table makes.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "query/document.h"
#include "resource/document.h"
#include "resource/document_storage.h"
#include "resource/document_write.h"

static Jsonb *
join(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns,
	 bool has_version)
{
	return scim_stored_document(registration->type, data ? data : scim_write(scim_new_object()),
								has_version);
}

static JsonbValue *
join_tree(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns,
		  bool has_version)
{
	JsonbValue *tree = palloc(sizeof(JsonbValue));

	scim_root(join(registration, data, columns, has_version), tree);
	return tree;
}

static ScimSplit *
split(const ScimRegistration *registration, Jsonb *document, Jsonb *old_data,
	  const ScimColumnValues *old)
{
	ScimSplit  *result = palloc0(sizeof(ScimSplit));

	result->data = document;
	result->data_changed = true;
	result->old_data = old_data;
	return result;
}

static Jsonb *
tidy(const ScimRegistration *registration, Jsonb *data, JsonbValue *password)
{
	return scim_tidy_document(registration->type, data, password);
}

const ScimStorage scim_in_documents = {
	.created = true,
	.ties_members = true,
	.adds_lookups = true,
	.only_resources = true,
	.tidies = true,
	.computes_versions = false,
	.explains_denial = false,
	.compares = false,
	.skips_taken = true,
	.keeps_history = true,

	.attribute_sql = scim_document_attribute_sql,
	.sort_sql = scim_document_sort_sql,
	.elements_sql = scim_document_elements_sql,
	.present_sql = scim_document_present_sql,
	.object_sql = scim_document_object_sql,
	.time_sql = scim_document_time_sql,
	.version_sql = scim_document_version_sql,

	.join = join,
	.join_tree = join_tree,
	.split = split,
	.tidy = tidy,

	.take_apart = scim_document_take_apart,
	.is_effective = scim_document_is_effective,
	.insert = scim_document_insert,
	.update = scim_document_update,
	.insert_many = scim_document_insert_many,
	.is_there = scim_document_is_there,
	.changes_key = scim_document_changes_key
};
