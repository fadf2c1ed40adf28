/*
 * mapped_storage.h
 *		Resources in columns of their own: the tables of applications.
 */
#ifndef SCIM_RESOURCE_MAPPED_STORAGE_H
#define SCIM_RESOURCE_MAPPED_STORAGE_H

#include "registry/storage.h"

extern const ScimStorage scim_in_columns;

#endif							/* SCIM_RESOURCE_MAPPED_STORAGE_H */
