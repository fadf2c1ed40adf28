/*
 * place.c
 *		The table of leases: where it is, and its indexes.
 *
 * Each write asks: what was found is kept until the server says that one of them changed.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "decision/place.h"
#include "registry/relation_changes.h"
#include "statement/own_table.h"
#include "utils/rel.h"

const Oid	scim_lease_column_types[SCIM_LEASE_COLUMNS] = {
	[SCIM_LEASE_TENANT] = TEXTOID,
	[SCIM_LEASE_TYPE] = TEXTOID,
	[SCIM_LEASE_RESOURCE] = TEXTOID,
	[SCIM_LEASE_ID] = UUIDOID,
	[SCIM_LEASE_ACTOR] = TEXTOID,
	[SCIM_LEASE_PRINCIPAL] = TEXTOID,
	[SCIM_LEASE_AGENT] = TEXTOID,
	[SCIM_LEASE_PURPOSE] = TEXTOID,
	[SCIM_LEASE_ACQUIRED_AT] = TIMESTAMPTZOID,
	[SCIM_LEASE_EXPIRES_AT] = TIMESTAMPTZOID
};

/* What is known until one of them changes; that there is no table, until anything does. */
typedef struct Known
{
	bool		is_known;
	Oid			table;
	bool		is_checked;		/* its columns were */
	Oid			indexes[SCIM_LEASE_INDEXES];	/* InvalidOid: not looked for yet */
} Known;

static Known known;

static void
relation_changed(Oid relid)
{
	if (!OidIsValid(relid) || !OidIsValid(known.table) || relid == known.table ||
		relid == known.indexes[SCIM_LEASES_BY_RESOURCE] ||
		relid == known.indexes[SCIM_LEASES_BY_ID])
		known = (Known) {0};
}

/* ---- the table ---- */

Oid
scim_leases_table(void)
{
	uint64		started;
	Oid			found;

	if (likely(known.is_known))
		return known.table;
	scim_hear_of_relations(relation_changed);
	started = scim_relation_changes();
	found = scim_find_own_relation("scim_leases");
	/* what changed meanwhile is looked for again the next time */
	if (started == scim_relation_changes())
		known = (Known) {.is_known = true, .table = found};
	return found;
}

Relation
scim_open_leases(void)
{
	Oid			relid = scim_leases_table();
	Relation	table;

	if (!OidIsValid(relid))
		return NULL;
	table = table_open(relid, AccessShareLock);
	if (unlikely(!known.is_checked))
		scim_check_columns(table, scim_lease_column_types, SCIM_LEASE_COLUMNS);
	known.is_checked = known.is_known;
	return table;
}

/* ---- its indexes ---- */

/* How a unique index of all rows was made. */
typedef struct IndexForm
{
	const char *name;
	int			count;			/* of its columns */
	AttrNumber	columns[3];
	const char *statement;		/* that makes it anew */
} IndexForm;

static const IndexForm index_forms[SCIM_LEASE_INDEXES] = {
	[SCIM_LEASES_BY_RESOURCE] = {
		"scim_leases_pkey", 3,
		{SCIM_LEASE_TENANT + 1, SCIM_LEASE_TYPE + 1, SCIM_LEASE_RESOURCE + 1},
		"ALTER TABLE scim_leases ADD PRIMARY KEY (tenant_id, resource_type, resource_id)"
	},
	[SCIM_LEASES_BY_ID] = {
		"scim_leases_id", 1,
		{SCIM_LEASE_ID + 1},
		"CREATE UNIQUE INDEX scim_leases_id ON scim_leases (lease_id)"
	}
};

static bool
is_made_so(Relation index, const IndexForm *made)
{
	return index->rd_index->indisunique && index->rd_index->indimmediate &&
		RelationGetIndexPredicate(index) == NIL &&
		scim_is_index_on(index, made->columns, made->count);
}

static Oid
find_index(Relation table, const IndexForm *made)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(table))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		bool		is_it = is_made_so(index, made);

		index_close(index, NoLock);
		if (is_it)
			return lfirst_oid(cell);
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("index \"%s\" of table \"%s\" is gone, or another one", made->name,
					RelationGetRelationName(table)),
			 errhint("%s", made->statement)));
}

Oid
scim_leases_index(Relation table, ScimLeaseIndex which)
{
	Oid			found = known.indexes[which];
	uint64		started;

	if (likely(OidIsValid(found)))
		return found;
	started = scim_relation_changes();
	found = find_index(table, &index_forms[which]);
	if (started == scim_relation_changes() && known.is_known)
		known.indexes[which] = found;
	return found;
}
