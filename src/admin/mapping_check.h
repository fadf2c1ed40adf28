/*
 * mapping_check.h
 *		What a mapping must be like as a whole, checked when a table is registered.
 */
#ifndef SCIM_ADMIN_MAPPING_CHECK_H
#define SCIM_ADMIN_MAPPING_CHECK_H

#include "registry/registration.h"
#include "utils/relcache.h"

/*
 * INVALID_MAPPING: two columns for one place, one column for two, two codes for
 * one value, an attribute that every resource has and no place.
 */
extern void scim_check_mapping(const ScimRegistration *registration, Relation relation);

#endif							/* SCIM_ADMIN_MAPPING_CHECK_H */
