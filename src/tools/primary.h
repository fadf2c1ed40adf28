/*
 * primary.h
 *		What only the primary server can tell.
 */
#ifndef SCIM_TOOLS_PRIMARY_H
#define SCIM_TOOLS_PRIMARY_H

/* RETRY_LATER on a standby: in words of a tool what SQL is told by 55000. */
extern void scim_require_primary(void);

#endif							/* SCIM_TOOLS_PRIMARY_H */
