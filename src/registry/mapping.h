/*
 * mapping.h
 *		Which columns a registered table has: the mapping, read.
 */
#ifndef SCIM_REGISTRY_MAPPING_H
#define SCIM_REGISTRY_MAPPING_H

#include "registry/registration.h"
#include "utils/relcache.h"

/*
 * Columns of a relation for a mapping, a jsonb object: keys of ScimColumnKind
 * to names ('{}' for the default names), and "lookups", attribute paths to
 * names; of a mapped table, "attributes" in place of
 * "lookups".  INVALID_MAPPING.
 */
extern void scim_read_mapping(ScimRegistration *registration, Relation relation,
							  const char *mapping);

#endif							/* SCIM_REGISTRY_MAPPING_H */
