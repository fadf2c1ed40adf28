/*
 * contention.h
 *		Whether a write of a resource will be disturbed.
 */
#ifndef SCIM_OPERATION_CONTENTION_H
#define SCIM_OPERATION_CONTENTION_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * {"window_seconds", "writes", "writers", "conflicts", "writes_per_minute",
 * "conflict_probability": {"10", "60", "300"}, "advice", "reason"}.  NOT_FOUND; as for the
 * history: PERMISSION_DENIED, TENANT_FORBIDDEN.
 */
extern Jsonb *scim_store_contention(const char *type, const char *tenant, const char *id);

/*
 * What a read of the resource tells of it, {"writes_per_minute", "conflict_probability",
 * "advice"}: NULL, if it was not written in the last minute, or not three times by now,
 * or the caller may not read its history.  "meta" is the resource as it was shown.
 */
extern JsonbValue *scim_contention_of_read(const char *type, const char *tenant, const char *id,
										   Jsonb *shown);

#endif							/* SCIM_OPERATION_CONTENTION_H */
