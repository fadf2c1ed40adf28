/*
 * read.h
 *		Reading: a resource, whether there is one, and where it is stored.
 */
#ifndef SCIM_OPERATION_READ_H
#define SCIM_OPERATION_READ_H

#include "postgres.h"

#include "resource/view.h"
#include "utils/jsonb.h"

/*
 * The resource, or (it still has view->known_version) {"id", "meta",
 * "not_modified": true}; NOT_FOUND, INVALID_VERSION_FORMAT.  Reads under the
 * caller's snapshot, or (fresh) under a new one that sees this call's writes.
 */
extern Jsonb *scim_store_get(const char *type, const char *tenant, const char *id,
							 const ScimView *view, bool fresh);

/* Sees what was written before, as tools do. */
extern bool scim_store_exists(const char *type, const char *tenant, const char *id);

/*
 * The table of the type (or of its memberships) as text ("public.users"), or
 * NULL when none is registered.
 */
extern char *scim_store_table(const char *type, bool of_members);

/* Is it kept what the type's resources were?  False, too, when none is registered. */
extern bool scim_store_has_history(const char *type);

/* Do leases bind plain SQL in its table, too?  False, too, when none is registered. */
extern bool scim_store_is_enforced(const char *type);

/* The mapping with which that was registered, if it is mapped; else NULL. */
extern Jsonb *scim_store_mapping(const char *type, bool of_members);

/* The tenant that a call without tenant_id works in; TENANT_FORBIDDEN as for the calls. */
extern char *scim_store_tenant(const char *tenant);

#endif							/* SCIM_OPERATION_READ_H */
