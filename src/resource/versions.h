/*
 * versions.h
 *		The versions that many resources have, and nothing else of them.
 */
#ifndef SCIM_RESOURCE_VERSIONS_H
#define SCIM_RESOURCE_VERSIONS_H

#include "registry/registration.h"

typedef struct ScimVersionOf
{
	const char *id;				/* as a client names it */
	char	   *version;		/* NULL: the caller sees no such resource */
} ScimVersionOf;

/*
 * Reads the versions of the resources, each as often as it is named: under the active
 * snapshot, in the current context.  Within SPI.  TENANT_FORBIDDEN, if that is why the
 * caller sees none of them.
 */
extern void scim_read_versions(const ScimRegistration *registration, const char *tenant,
							   ScimVersionOf *resources, int count);

#endif							/* SCIM_RESOURCE_VERSIONS_H */
