/*
 * profile_rows.h
 *		The rows of scim_profiles and scim_tenant_profiles.
 *
 * Read as catalogs are: what is committed now, and the transaction's own, with nobody's
 * rights, and without a lock that stays.
 */
#ifndef SCIM_STATEMENT_PROFILE_ROWS_H
#define SCIM_STATEMENT_PROFILE_ROWS_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"

typedef struct ScimProfileRow
{
	char	   *name;
	Jsonb	   *rules;
	bool		built_in;
} ScimProfileRow;

/* InvalidOid: the extension is older than profiles. */
extern Oid	scim_profiles_table(void);
extern Oid	scim_tenant_profiles_table(void);

/* What a row of the table scim_profiles holds; palloc'd.  An error if the table is another. */
extern void scim_take_profile_row(HeapTuple found, Relation table, ScimProfileRow *row);

/* The profile of that name; false: there is none. */
extern bool scim_read_profile_row(const char *name, ScimProfileRow *row);

/* The name of the tenant's profile; palloc'd; NULL: it has none. */
extern char *scim_read_tenant_profile(const char *tenant);

/* One of the tenants that have the profile; palloc'd; NULL: none has. */
extern char *scim_tenant_with_profile(const char *profile);

/* Has no tenant any? */
extern bool scim_has_no_tenant_profiles(void);

#endif							/* SCIM_STATEMENT_PROFILE_ROWS_H */
