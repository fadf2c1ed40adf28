/*
 * storage.c
 *		The two storages, as they were handed down.
 */
#include "postgres.h"

#include "registry/storage.h"

static const ScimStorage *document_storage = NULL;
static const ScimStorage *mapped_storage = NULL;

void
scim_set_storages(const ScimStorage *document, const ScimStorage *mapped)
{
	document_storage = document;
	mapped_storage = mapped;
}

const ScimStorage *
scim_document_storage(void)
{
	return document_storage;
}

const ScimStorage *
scim_mapped_storage(void)
{
	return mapped_storage;
}
