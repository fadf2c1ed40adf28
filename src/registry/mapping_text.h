/*
 * mapping_text.h
 *		The mapping as it is stored, in the arguments of a trigger: how it is
 *		changed there.
 */
#ifndef SCIM_REGISTRY_MAPPING_TEXT_H
#define SCIM_REGISTRY_MAPPING_TEXT_H

#include "postgres.h"

#include "utils/jsonb.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"

/* The mapping with one column's name replaced; NULL if it does not name that column. */
extern char *scim_rename_in_mapping(const char *mapping, const char *old_name,
									const char *new_name);

/* Does the mapping name the column, other than for a lookup? */
extern bool scim_maps_column(const char *mapping, const char *column);

/* The object "lookups" of a mapping, or NULL. */
extern JsonbContainer *scim_lookups_of_mapping(const char *mapping);

/* The mapping with the column for a lookup; NULL: without that lookup. */
extern char *scim_set_lookup_in_mapping(const char *mapping, const char *path, const char *column);

/* Replaces the mapping and the options in a trigger's arguments (NULL: they stay). */
extern void scim_write_arguments(Relation relation, const Trigger *trigger, const char *mapping,
								 const char *options);
extern void scim_write_mapping(Relation relation, const Trigger *trigger, const char *mapping);

#endif							/* SCIM_REGISTRY_MAPPING_TEXT_H */
