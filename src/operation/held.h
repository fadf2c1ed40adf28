/*
 * held.h
 *		Who holds a resource, as others are told beside it.
 */
#ifndef SCIM_OPERATION_HELD_H
#define SCIM_OPERATION_HELD_H

#include "postgres.h"

#include "base/uuids.h"
#include "resource/view.h"
#include "utils/jsonb.h"

/*
 * What a read of the resource, which was shown to the caller, tells of its lease:
 * {"holder", "purpose", "expires_at"}; NULL: nobody holds it.
 */
extern JsonbValue *scim_lease_of_read(const char *type, const ScimRead *read);

/*
 * Is one of the ids that of a lease of the resource, in force or not?  Tenant and id as the
 * client gave them.
 */
extern bool scim_names_lease_of(const ScimUuids *leases, const char *type, const char *tenant,
								const char *id);

#endif							/* SCIM_OPERATION_HELD_H */
