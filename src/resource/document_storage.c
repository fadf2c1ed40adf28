/*
 * document_storage.c
 *		Resources in a document: the tables that scim_create_table makes.
 */
#include "postgres.h"

#include "query/document.h"
#include "resource/document_storage.h"
#include "resource/document_write.h"

const ScimStorage scim_in_documents = {
	.compares = false,
	.skips_taken = true,
	.names_lacking = false,

	.attribute_sql = scim_document_attribute_sql,
	.sort_sql = scim_document_sort_sql,
	.elements_sql = scim_document_elements_sql,
	.present_sql = scim_document_present_sql,
	.object_sql = scim_document_object_sql,
	.time_sql = scim_document_time_sql,
	.version_sql = scim_document_version_sql,

	.take_apart = scim_document_take_apart,
	.is_effective = scim_document_is_effective,
	.insert = scim_document_insert,
	.update = scim_document_update,
	.is_there = scim_document_is_there,
	.changes_key = scim_document_changes_key
};
