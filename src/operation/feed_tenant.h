/*
 * feed_tenant.h
 *		Whose changes a reader of all types is told.
 */
#ifndef SCIM_OPERATION_FEED_TENANT_H
#define SCIM_OPERATION_FEED_TENANT_H

/*
 * The tenant (NULL: the session's) as the first type has it whose history the caller may
 * read there; palloc'd, or the registration's.  If there is none, the error that a type
 * would have: NOT_REGISTERED, TENANT_FORBIDDEN, PERMISSION_DENIED.
 */
extern char *scim_feed_tenant(const char *given);

#endif							/* SCIM_OPERATION_FEED_TENANT_H */
