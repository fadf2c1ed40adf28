/*
 * lease_id.h
 *		The ids of leases: uuids of version 8 (RFC 9562 section 5.8), of which 60 bits are a
 *		digest of tenant, type and id of the resource, and 62 are random.
 *
 * So a lease that is named tells which resource it was of, also when nothing of it is
 * left: that of another one does not matter, and a lost one is known as such.
 */
#ifndef SCIM_DECISION_LEASE_ID_H
#define SCIM_DECISION_LEASE_ID_H

#include "postgres.h"

#include "base/uuids.h"

/* A new one, which nobody can guess. */
extern void scim_make_lease_id(const char *tenant, const char *type, const char *id,
							   pg_uuid_t *lease_id);

/*
 * The first of the list (NULL: an empty one) that is that of a lease of the resource, whether
 * it is in force or not; NULL: none is.
 */
extern const pg_uuid_t *scim_find_lease_id_of(const ScimUuids *lease_ids, const char *tenant,
											  const char *type, const char *id);

#endif							/* SCIM_DECISION_LEASE_ID_H */
