/*
 * document_storage.h
 *		Resources in a document: the tables that scim_create_table makes.
 */
#ifndef SCIM_RESOURCE_DOCUMENT_STORAGE_H
#define SCIM_RESOURCE_DOCUMENT_STORAGE_H

#include "registry/storage.h"

extern const ScimStorage scim_in_documents;

#endif							/* SCIM_RESOURCE_DOCUMENT_STORAGE_H */
