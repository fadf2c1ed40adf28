/*
 * mapped_storage.c
 *		Resources in columns of their own: the tables of applications.
 */
#include "postgres.h"

#include "query/mapped.h"
#include "resource/document.h"
#include "resource/mapped_split.h"
#include "resource/mapped_storage.h"
#include "resource/mapped_write.h"

static Jsonb *
join(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns,
	 bool has_version)
{
	return scim_join_columns(registration, data, columns);
}

static JsonbValue *
join_tree(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns,
		  bool has_version)
{
	return scim_join_tree(registration, data, columns);
}

/*
 * Data beside mapped columns stays as the application gives it; so does a key
 * "password" of it where passwords have no column (it is not shown).
 */
static Jsonb *
tidy(const ScimRegistration *registration, Jsonb *data, JsonbValue *password)
{
	Jsonb	   *without = scim_take_password(registration->type, data, password);

	if (registration->columns[SCIM_COLUMN_PASSWORD])
		return without;
	password->type = jbvNull;
	return data;
}

const ScimStorage scim_in_columns = {
	.created = false,
	.ties_members = false,
	.adds_lookups = false,
	.only_resources = false,
	.tidies = false,
	.computes_versions = true,
	.explains_denial = true,
	.compares = true,
	.skips_taken = false,
	.keeps_history = false,

	.attribute_sql = scim_mapped_attribute_sql,
	.sort_sql = scim_mapped_sort_sql,
	.elements_sql = scim_mapped_elements_sql,
	.present_sql = scim_mapped_present_sql,
	.object_sql = scim_mapped_object_sql,
	.time_sql = scim_mapped_time_sql,
	.version_sql = scim_mapped_version_sql,

	.join = join,
	.join_tree = join_tree,
	.split = scim_split_document,
	.tidy = tidy,

	.take_apart = scim_mapped_take_apart,
	.is_effective = scim_mapped_is_effective,
	.insert = scim_mapped_insert,
	.update = scim_mapped_update,
	.insert_many = scim_mapped_insert_many,
	.is_there = scim_mapped_is_there,
	.changes_key = scim_mapped_changes_key
};
