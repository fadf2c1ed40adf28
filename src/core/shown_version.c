/*
 * shown_version.c
 *		Versions in the meta of resources.
 */
#include "postgres.h"

#include "base/actor.h"
#include "core/etag.h"
#include "core/shown_version.h"

ScimVersionForm
scim_version_form(void)
{
	return scim_actor().tool ? SCIM_VERSION_RAW : (ScimVersionForm) scim_setting_version_form;
}

const char *
scim_version_in(ScimVersionForm form, const char *version)
{
	return form == SCIM_VERSION_ETAG ? scim_etag(version) : version;
}

const char *
scim_shown_version(const char *version)
{
	/* the setting first: it is asked for every resource */
	if (scim_setting_version_form == SCIM_VERSION_RAW)
		return version;
	return scim_version_in(scim_version_form(), version);
}
