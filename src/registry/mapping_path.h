/*
 * mapping_path.h
 *		The paths in mappings: of attributes, and of slots, which are chosen by a filter.
 */
#ifndef SCIM_REGISTRY_MAPPING_PATH_H
#define SCIM_REGISTRY_MAPPING_PATH_H

#include "core/path.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"

/*
 * Resolves a path of a mapping, with its text in the one form that it is stored
 * in: as the schemas spell it, conditions in order.  INVALID_MAPPING.
 */
extern char *scim_mapped_path(const ScimResourceType *type, Relation relation, const char *text,
							  ScimPath *path);

/* One of the conditions of a slot, attr[sub eq constant and ...].sub. */
typedef struct ScimSlotConstant
{
	const ScimAttribute *sub;
	JsonbValue	value;
} ScimSlotConstant;

/* The constants of a path's filter, List of ScimSlotConstant in the order of the subs' names. */
extern List *scim_slot_constants(const ScimPath *path);

#endif							/* SCIM_REGISTRY_MAPPING_PATH_H */
