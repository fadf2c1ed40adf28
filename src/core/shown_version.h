/*
 * shown_version.h
 *		Versions in the meta of resources.
 */
#ifndef SCIM_CORE_SHOWN_VERSION_H
#define SCIM_CORE_SHOWN_VERSION_H

/*
 * The version as scimver.version_form says: as it is, or W/"v", palloc'd.  Tools, which know
 * no ETags, always have it as it is.
 */
extern const char *scim_shown_version(const char *version);

#endif							/* SCIM_CORE_SHOWN_VERSION_H */
