/*
 * document_storage.c
 *		Resources in a document: the tables that scim_create_table makes.
 */
#include "postgres.h"

#include "resource/document_storage.h"
#include "resource/document_write.h"

const ScimStorage scim_in_documents = {
	.compares = false,
	.skips_taken = true,
	.names_lacking = false,

	.take_apart = scim_document_take_apart,
	.is_effective = scim_document_is_effective,
	.insert = scim_document_insert,
	.update = scim_document_update,
	.is_there = scim_document_is_there,
	.changes_key = scim_document_changes_key
};
