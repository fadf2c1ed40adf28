/*
 * contention.h
 *		Whether a write of a resource will be disturbed.
 */
#ifndef SCIM_OPERATION_CONTENTION_H
#define SCIM_OPERATION_CONTENTION_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

/*
 * {"window_seconds", "writes", "writers", "conflicts", "writes_per_minute",
 * "conflict_probability": {"10", "60", "300"}, "advice", "reason"}.  NOT_FOUND; as for the
 * history: PERMISSION_DENIED, TENANT_FORBIDDEN.
 */
extern Jsonb *scim_store_contention(const char *type, const char *tenant, const char *id);

/*
 * What a read of the resource, which was last modified then (view.h), tells of it beside,
 * {"writes_per_minute", "conflict_probability", "advice"}: NULL, if that was more than a
 * minute ago, or others did not write it three times by now, or the caller may not read
 * its history.  The id as the client gave it.
 */
extern JsonbValue *scim_contention_of_read(const char *type, const char *tenant, const char *id,
										   TimestampTz last_modified);

#endif							/* SCIM_OPERATION_CONTENTION_H */
