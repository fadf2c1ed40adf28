/*
 * shown_version.h
 *		Versions in the meta of resources.
 */
#ifndef SCIM_CORE_SHOWN_VERSION_H
#define SCIM_CORE_SHOWN_VERSION_H

#include "base/settings.h"

/*
 * The form in force: as scimver.version_form says.  Tools, which know no ETags, always have
 * versions as they are.
 */
extern ScimVersionForm scim_version_form(void);

/* The version in that form: as it is, or W/"v", palloc'd. */
extern const char *scim_version_in(ScimVersionForm form, const char *version);

/* The same in the form in force. */
extern const char *scim_shown_version(const char *version);

#endif							/* SCIM_CORE_SHOWN_VERSION_H */
