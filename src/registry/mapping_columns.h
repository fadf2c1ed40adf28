/*
 * mapping_columns.h
 *		The columns that a mapping has for attributes.
 */
#ifndef SCIM_REGISTRY_MAPPING_COLUMNS_H
#define SCIM_REGISTRY_MAPPING_COLUMNS_H

#include "registry/registration.h"
#include "utils/relcache.h"

/* Reads "attributes" into registration->mapped. */
extern void scim_read_mapped_columns(ScimRegistration *registration, Relation relation,
									 JsonbContainer *attributes);

/* Is it text that can be compared in other ways than the column itself does? */
extern bool scim_has_compare(const ScimMappedColumn *column);

#endif							/* SCIM_REGISTRY_MAPPING_COLUMNS_H */
