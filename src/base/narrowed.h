/*
 * narrowed.h
 *		To what calls are narrowed: by who has entered, and else by settings.
 */
#ifndef SCIM_BASE_NARROWED_H
#define SCIM_BASE_NARROWED_H

#include "postgres.h"

/*
 * The only tenant that calls may work in: that which was entered, else scimver.only_tenant.
 * Empty: any that is granted.
 */
extern const char *scim_only_tenant(void);

/* The tools that there are, as scimver.toolset has them; empty: all. */
extern const char *scim_toolset(void);

/* Is it for reading alone? */
extern bool scim_only_reads(void);

/* PERMISSION_DENIED: who has entered has no token for MCP. */
extern void scim_require_mcp(void);

#endif							/* SCIM_BASE_NARROWED_H */
