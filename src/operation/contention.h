/*
 * contention.h
 *		Whether a write of a resource will be disturbed.
 */
#ifndef SCIM_OPERATION_CONTENTION_H
#define SCIM_OPERATION_CONTENTION_H

#include "postgres.h"

#include "resource/view.h"
#include "utils/jsonb.h"

/*
 * {"window_seconds", "writes", "writers", "conflicts", "writes_per_minute",
 * "conflict_probability": {"10", "60", "300"}, "advice", "reason"}.  NOT_FOUND; as for the
 * history: PERMISSION_DENIED, TENANT_FORBIDDEN.
 */
extern Jsonb *scim_store_contention(const char *type, const char *tenant, const char *id);

/*
 * What a read of the resource tells of it beside, {"writes_per_minute",
 * "conflict_probability", "advice"}: NULL, if it was last modified more than a minute ago,
 * or others did not write it three times by now, or the caller may not read its history.
 */
extern JsonbValue *scim_contention_of_read(const char *type, const ScimRead *read);

#endif							/* SCIM_OPERATION_CONTENTION_H */
