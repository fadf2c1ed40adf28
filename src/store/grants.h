/*
 * grants.h
 *		The privileges on registered tables that go with a tenant.
 */
#ifndef SCIM_GRANTS_H
#define SCIM_GRANTS_H

/* Gives all roles that a tenant was granted to the privileges on all registered tables. */
extern void scim_grant_tables_to_all(void);

#endif							/* SCIM_GRANTS_H */
