/*
 * settings.h
 *		The settings (GUCs) of scimver.  They choose and narrow, they grant
 *		nothing: any role can set them, but for those that keep the server from
 *		work without end, which are for superusers.
 */
#ifndef SCIM_BASE_SETTINGS_H
#define SCIM_BASE_SETTINGS_H

typedef enum ScimFilterMode
{
	SCIM_FILTER_STRICT, SCIM_FILTER_LENIENT
} ScimFilterMode;

extern int	scim_setting_filter_mode;	/* scimver.filter_mode: a ScimFilterMode */

/*
 * scimver.tenant: of calls that name none; empty: default
 */
extern char *scim_setting_tenant;
extern char *scim_setting_only_tenant;	/* scimver.only_tenant: calls for another are refused */
extern char *scim_setting_base_url; /* scimver.base_url: in front of meta.location and $ref */

/*
 * scimver.cursor_timeout: seconds that a cursor is good for; 0: for ever
 */
extern int	scim_setting_cursor_timeout;
extern int	scim_setting_max_page_size; /* scimver.max_page_size: resources in a page of a list */
extern int	scim_setting_max_patch_operations;	/* scimver.max_patch_operations: in a patch */

/*
 * scimver.max_patch_work: values that a patch looks at
 */
extern int	scim_setting_max_patch_work;

/*
 * scimver.max_results: of a list that is read by index or counted; 0: any
 * number
 */
extern int	scim_setting_max_results;
extern int	scim_setting_password_cost; /* scimver.password_cost: of blowfish, log2 of the rounds */

/*
 * scimver.require_version: tools refuse writes that name no expected_version
 */
extern bool scim_setting_require_version;

/* Makes all of them known to the server, when the library is loaded. */
extern void scim_define_settings(void);

#endif							/* SCIM_BASE_SETTINGS_H */
