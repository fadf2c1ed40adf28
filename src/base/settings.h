/*
 * settings.h
 *		The settings (GUCs) of scimver.  They choose and narrow, they grant
 *		nothing: any role can set them, but for those that keep the server from
 *		work without end, and the record whole, which are for superusers.
 */
#ifndef SCIM_BASE_SETTINGS_H
#define SCIM_BASE_SETTINGS_H

#include "base/uuids.h"

typedef enum ScimFilterMode
{
	SCIM_FILTER_STRICT, SCIM_FILTER_LENIENT
} ScimFilterMode;

/* Whoever has no token is told what there is to discover, and nothing else. */
extern bool scim_setting_discovery_only;

/* A ScimFilterMode. */
extern int	scim_setting_filter_mode;

/* How versions stand in the meta of resources: "v", or as the ETag of HTTP, W/"v". */
typedef enum ScimVersionForm
{
	SCIM_VERSION_RAW, SCIM_VERSION_ETAG
} ScimVersionForm;

/* A ScimVersionForm; core/etag.h asks it. */
extern int	scim_setting_version_form;

/* The name of a profile; empty: the tenant's. */
extern char *scim_setting_profile;

/* Of ServiceProviderConfig, as JSON; empty: none. */
extern char *scim_setting_authentication_schemes;

/* Bytes in the body of a request in HTTP. */
extern int	scim_setting_max_answer;
extern int	scim_setting_max_body;

/* Bytes in the text of a bulk request, and operations in it. */
extern int	scim_setting_max_bulk_bytes;
extern int	scim_setting_max_bulk_operations;

/* What a client calls itself; for scim_actor alone, which makes it fit to be printed. */
extern char *scim_setting_agent;

/* Of calls that name none; empty: default. */
extern char *scim_setting_tenant;

/* Calls for another are refused. */
extern char *scim_setting_only_tenant;

/* In front of meta.location and $ref. */
extern char *scim_setting_base_url;

/* Of the call of the transaction, as a client named it to be able to repeat it; empty: none. */
extern char *scim_setting_idempotency_key;

/* The role by whose rights that was set; InvalidOid: nobody's. */
extern Oid	scim_setting_idempotency_role;

/* Leases that the session's writes name, as they were read; NULL: none. */
extern const ScimUuids *scim_setting_lease_ids;

/* Seconds that a lease may last. */
extern int	scim_setting_max_lease;

/* Members that came to a group and went, in one change, of which the history keeps the ids. */
extern int	scim_setting_history_members;

/* Seconds that a cursor is good for; 0: for ever. */
extern int	scim_setting_cursor_timeout;

/* Refusals of a stale version in a minute, before tools do not try any more; 0: never. */
extern int	scim_setting_max_attempts;

/* Resources in a page of a list. */
extern int	scim_setting_max_page_size;

/* Operations in a patch, and values that it looks at. */
extern int	scim_setting_max_patch_operations;
extern int	scim_setting_max_patch_work;

/* Results of a list that is read by index or counted; 0: any number. */
extern int	scim_setting_max_results;

/* Entries of the history send a notification. */
extern bool scim_setting_notify;

/* Of blowfish, log2 of the rounds. */
extern int	scim_setting_password_cost;

/* Calls that take long tell how far they are. */
extern bool scim_setting_progress;

/* Tools refuse writes that name no expected_version. */
extern bool scim_setting_require_version;

/* Tools and sets of tools that an agent has; empty: all. */
extern char *scim_setting_toolset;

/* A traceparent, and after a blank a tracestate, as a client sent them; empty: none. */
extern char *scim_setting_trace;

/* Makes all of them known to the server, when the library is loaded. */
extern void scim_define_settings(void);

#endif							/* SCIM_BASE_SETTINGS_H */
