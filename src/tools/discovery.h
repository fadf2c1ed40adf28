/*
 * discovery.h
 *		What this server serves: schemas, resource types, features, limits.
 */
#ifndef SCIM_TOOLS_DISCOVERY_H
#define SCIM_TOOLS_DISCOVERY_H

#include "utils/jsonb.h"

/*
 * What scim_schemas (admin/discovery.h) tells, cut down to an answer's size: trailing schemas
 * are left out, whole, and named.
 */
extern void scim_fit_schemas(JsonbValue *content, JsonbValue *omitted);

/*
 * Name, version, resource types with their tables and mappings, capabilities,
 * limits, the time; for superusers also warnings.
 */
extern JsonbValue *scim_server_description(void);

/* The same cut down to an answer's size: mappings are left out, whole, and named. */
extern void scim_fit_server_description(JsonbValue *description, JsonbValue *omitted);

#endif							/* SCIM_TOOLS_DISCOVERY_H */
