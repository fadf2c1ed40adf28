/*
 * policy_rows.h
 *		The rows of scim_policy_rows.
 *
 * Read as catalogs are: what is committed now, and the transaction's own, with nobody's
 * rights; written by statements, as the table's owner, who may have put something on it.
 */
#ifndef SCIM_DECISION_POLICY_ROWS_H
#define SCIM_DECISION_POLICY_ROWS_H

#include "postgres.h"

#include "access/htup.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

/* The tenant of what is for all that have none of their own. */
#define SCIM_ALL_TENANTS "*"

typedef struct ScimPolicyRow
{
	char	   *tenant;			/* of one that was read: whose it is */
	char	   *type;
	Jsonb	   *document;
	char	   *version;
} ScimPolicyRow;

/* InvalidOid: the extension is older than policies. */
extern Oid	scim_policies_table(void);

/* An error, unless the table has the columns that it was made with. */
extern void scim_check_policies_table(Relation table);

/* What a row of the table, which is as it was made, holds; palloc'd. */
extern void scim_take_policy_row(HeapTuple found, Relation table, ScimPolicyRow *row);

/*
 * That of exactly that tenant, under the snapshot (NULL: as it is now); false: there is none.
 * Palloc'd.
 */
extern bool scim_read_policy_row(const char *tenant, const char *type, Snapshot snapshot,
								 ScimPolicyRow *row);

/* Those of the type, of whatever tenant: ScimPolicyRow. */
extern List *scim_policies_of_type(const char *type);

/* Is there none at all, of any tenant or type? */
extern bool scim_has_no_policies(void);

/* From now on, to the end of the transaction, nobody else changes policies. */
extern void scim_lock_policies(void);

/* Writes it in the place of what there is; NULL: removes that.  Under the lock, within SPI. */
extern void scim_write_policy_row(const char *tenant, const char *type, const ScimPolicyRow *row);

#endif							/* SCIM_DECISION_POLICY_ROWS_H */
