/*
 * prune_tenant.h
 *		Deleting what is old of one tenant's history, batch by batch.
 *
 * Within SPI, as the owner of the history's tables; while nobody seals, nor
 * prunes elsewhere.
 */
#ifndef SCIM_AUDIT_PRUNE_TENANT_H
#define SCIM_AUDIT_PRUNE_TENANT_H

#include "postgres.h"

#include "utils/timestamp.h"

/* How far it is with a tenant; it outlives transactions. */
typedef struct ScimTenantPruning
{
	MemoryContext context;		/* of all that it holds */
	const char *tenant;
	TimestampTz young;			/* rows of then and later are kept */
	int64		behind;			/* up to this seq it has deleted in this call */
	bool		by_seals;		/* whole seals, up to this one: */
	int64		number;
	int64		last_seq;		/* of that seal */
	bool		at_once;		/* in one batch */
	Datum		late;			/* seqs up to there that later seals have: they stay */
	int64		floor;			/* and so do those that the sealer has not seen: behind this one, */
	Datum		snapshot;		/* what this does not show */
} ScimTenantPruning;

/* Begins with a tenant, in a new context below the current one. */
extern ScimTenantPruning *scim_begin_pruning(const char *tenant, TimestampTz young);

/*
 * Deletes the next rows, "most" at most (of seals that go at once, more); how many.
 * "is_done": there are no more.  Rows up to "floor" have xids of another server
 * (history/server.h).
 */
extern int	scim_prune_rows(ScimTenantPruning *pruning, int most, int64 floor, bool *is_done);

/* Frees all that it holds, and itself. */
extern void scim_end_pruning(ScimTenantPruning *pruning);

#endif							/* SCIM_AUDIT_PRUNE_TENANT_H */
