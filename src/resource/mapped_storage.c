/*
 * mapped_storage.c
 *		Resources in columns of their own: the tables of applications.
 */
#include "postgres.h"

#include "query/mapped.h"
#include "resource/mapped_storage.h"
#include "resource/mapped_write.h"

const ScimStorage scim_in_columns = {
	.compares = true,
	.skips_taken = false,
	.names_lacking = true,

	.attribute_sql = scim_mapped_attribute_sql,
	.sort_sql = scim_mapped_sort_sql,
	.elements_sql = scim_mapped_elements_sql,
	.present_sql = scim_mapped_present_sql,
	.object_sql = scim_mapped_object_sql,
	.time_sql = scim_mapped_time_sql,
	.version_sql = scim_mapped_version_sql,

	.take_apart = scim_mapped_take_apart,
	.is_effective = scim_mapped_is_effective,
	.insert = scim_mapped_insert,
	.update = scim_mapped_update,
	.is_there = scim_mapped_is_there,
	.changes_key = scim_mapped_changes_key
};
