/*
 * shown_version.c
 *		Versions in the meta of resources.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/settings.h"
#include "core/etag.h"
#include "core/shown_version.h"

const char *
scim_shown_version(const char *version)
{
	if (scim_setting_version_form != SCIM_VERSION_ETAG || scim_actor().tool != NULL)
		return version;
	return scim_etag(version);
}
