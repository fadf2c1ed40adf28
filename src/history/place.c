/*
 * place.c
 *		The table of the history: where it is, and whether it is what it was made.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "history/change.h"
#include "history/place.h"
#include "nodes/primnodes.h"
#include "registry/relation_changes.h"
#include "statement/own_table.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

const ScimEntryForm scim_entry_forms[SCIM_ENTRY_COLUMNS] = {
	[SCIM_ENTRY_SEQ] = {"seq", INT8OID, true},
	[SCIM_ENTRY_XID] = {"xid", XID8OID, true},
	[SCIM_ENTRY_AT] = {"at", TIMESTAMPTZOID, true},
	[SCIM_ENTRY_TENANT] = {"tenant_id", TEXTOID, true},
	[SCIM_ENTRY_TYPE] = {"resource_type", TEXTOID, true},
	[SCIM_ENTRY_ID] = {"resource_id", TEXTOID, false},
	[SCIM_ENTRY_OPERATION] = {"operation", TEXTOID, true},
	[SCIM_ENTRY_REVISION] = {"revision", INT8OID, false},
	[SCIM_ENTRY_VERSION] = {"version", TEXTOID, false},
	[SCIM_ENTRY_PREVIOUS_VERSION] = {"previous_version", TEXTOID, false},
	[SCIM_ENTRY_CHANGED] = {"changed", TEXTARRAYOID, false},
	[SCIM_ENTRY_BEFORE] = {"before", JSONBOID, false},
	[SCIM_ENTRY_MEMBERS] = {"members", JSONBOID, false},
	[SCIM_ENTRY_ACTOR] = {"actor", TEXTOID, true},
	[SCIM_ENTRY_AGENT] = {"agent", TEXTOID, false},
	[SCIM_ENTRY_TOOL] = {"tool", TEXTOID, false},
	[SCIM_ENTRY_APPLICATION_NAME] = {"application_name", TEXTOID, false},
	[SCIM_ENTRY_EXPECTED_VERSION] = {"expected_version", TEXTOID, false},
	[SCIM_ENTRY_ERROR_CODE] = {"error_code", TEXTOID, false},
	[SCIM_ENTRY_PROPOSAL] = {"proposal_id", UUIDOID, false},
	[SCIM_ENTRY_TRACE] = {"trace", TEXTOID, false},
	[SCIM_ENTRY_PRINCIPAL] = {"principal", TEXTOID, false}
};

/* What is known until one of them changes; that there is no table, until anything does. */
typedef struct Known
{
	bool		is_known;
	Oid			table;
	/* InvalidOid, of each: not looked for yet */
	Oid			sequence;
	Oid			server_table;
	Oid			pruned_table;
	Oid			indexes[SCIM_HISTORY_INDEXES];
} Known;

static Known known;

static bool
is_known(Oid relid)
{
	if (relid == known.table || relid == known.sequence || relid == known.server_table ||
		relid == known.pruned_table)
		return true;
	for (int i = 0; i < SCIM_HISTORY_INDEXES; i++)
	{
		if (relid == known.indexes[i])
			return true;
	}
	return false;
}

static void
relation_changed(Oid relid)
{
	if (!OidIsValid(relid) || !OidIsValid(known.table) || is_known(relid))
		known = (Known) {0};
}

Oid
scim_history_table(void)
{
	uint64		started;
	Oid			found;

	if (likely(known.is_known))
		return known.table;
	scim_hear_of_relations(relation_changed);
	started = scim_relation_changes();
	found = scim_find_own_relation("scim_history_rows");
	/* what changed meanwhile is looked for again the next time */
	if (started == scim_relation_changes())
		known = (Known) {.is_known = true, .table = found};
	return found;
}

/* Of the other relations; they are only asked for where there is the table. */
static Oid
find_known(const char *name, Oid *place)
{
	Oid			found = *place;
	uint64		started;

	if (likely(OidIsValid(found)))
		return found;
	/* what is known of the others is kept with what is known of that one */
	(void) scim_history_table();
	started = scim_relation_changes();
	found = scim_find_own_relation(name);
	if (started == scim_relation_changes() && known.is_known)
		*place = found;
	return found;
}

Oid
scim_history_sequence(void)
{
	return find_known("scim_history_seq", &known.sequence);
}

Oid
scim_history_server_table(void)
{
	return find_known("scim_history_server", &known.server_table);
}

Oid
scim_history_pruned_table(void)
{
	return find_known("scim_history_pruned", &known.pruned_table);
}

/* ---- is it as it was made? ---- */

bool
scim_has_entry_columns(TupleDesc descriptor)
{
	if (descriptor->natts < SCIM_ENTRY_COLUMNS)
		return false;
	for (int i = 0; i < SCIM_ENTRY_COLUMNS; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (attribute->attisdropped || attribute->atttypid != scim_entry_forms[i].type ||
			strcmp(NameStr(attribute->attname), scim_entry_forms[i].name) != 0)
			return false;
	}
	return true;
}

/*
 * operation <> 'refused', or with another function of two texts, as it was made, whatever
 * the session's search_path finds?
 */
static bool
asks_for_refused(const List *predicate, Oid function)
{
	const OpExpr *condition = list_length(predicate) == 1 ? linitial(predicate) : NULL;
	const Var  *column;
	const Const *value;

	if (condition == NULL || !IsA(condition, OpExpr) || condition->opfuncid != function ||
		!OidIsValid(condition->inputcollid) ||
		!get_collation_isdeterministic(condition->inputcollid))
		return false;
	column = linitial(condition->args);
	value = lsecond(condition->args);
	return IsA(column, Var) && IsA(value, Const) && !value->constisnull &&
		column->varattno == SCIM_ENTRY_NUMBER(SCIM_ENTRY_OPERATION) &&
		strcmp(TextDatumGetCString(value->constvalue),
			   scim_operation_name(SCIM_HISTORY_REFUSED)) == 0;
}

bool
scim_leaves_out_refused(const List *predicate)
{
	return asks_for_refused(predicate, F_TEXTNE);
}

bool
scim_takes_refused_alone(const List *predicate)
{
	return asks_for_refused(predicate, F_TEXTEQ);
}

/* How an index was made. */
typedef struct IndexForm
{
	const char *name;
	int			count;			/* of its columns */
	AttrNumber	columns[4];
	Oid			predicate;		/* how the operation compares with a refusal's; InvalidOid: any */
	const char *statement;		/* that makes it anew */
} IndexForm;

static const IndexForm index_forms[SCIM_HISTORY_INDEXES] = {
	[SCIM_BY_RESOURCE] = {
		"scim_history_resource", 4,
		{SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), SCIM_ENTRY_NUMBER(SCIM_ENTRY_TYPE),
		SCIM_ENTRY_NUMBER(SCIM_ENTRY_ID), SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ)},
		F_TEXTNE,
		"CREATE INDEX scim_history_resource ON scim_history_rows "
		"(tenant_id, resource_type, resource_id, seq) WHERE operation <> 'refused'"
	},
	[SCIM_BY_REFUSED] = {
		"scim_history_refused", 4,
		{SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), SCIM_ENTRY_NUMBER(SCIM_ENTRY_TYPE),
		SCIM_ENTRY_NUMBER(SCIM_ENTRY_ID), SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ)},
		F_TEXTEQ,
		"CREATE INDEX scim_history_refused ON scim_history_rows "
		"(tenant_id, resource_type, resource_id, seq) WHERE operation = 'refused'"
	},
	[SCIM_BY_SEQ] = {
		"scim_history_rows_pkey", 2,
		{SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ)},
		InvalidOid,
		"ALTER TABLE scim_history_rows ADD CONSTRAINT scim_history_rows_pkey "
		"PRIMARY KEY (tenant_id, seq)"
	},
	[SCIM_BY_XID] = {
		"scim_history_xid", 2,
		{SCIM_ENTRY_NUMBER(SCIM_ENTRY_XID), SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ)},
		InvalidOid,
		"CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq)"
	}
};

/* Has the index the rows that it was made with? */
static bool
has_its_rows(Relation index, const IndexForm *made)
{
	const List *predicate = RelationGetIndexPredicate(index);

	return OidIsValid(made->predicate) ? asks_for_refused(predicate, made->predicate)
		: predicate == NIL;
}

static Oid
find_index(Relation table, const IndexForm *made)
{
	Oid			found = get_relname_relid(made->name, RelationGetNamespace(table));
	Relation	index;
	bool		is_it = false;

	if (OidIsValid(found) && IndexGetRelation(found, true) == RelationGetRelid(table))
	{
		index = index_open(found, AccessShareLock);
		is_it = scim_is_index_on(index, made->columns, made->count) && has_its_rows(index, made);
		index_close(index, NoLock);
	}
	if (!is_it)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("index \"%s\" of table \"%s\" is gone, or another one",
						made->name, "scim_history_rows"),
				 errhint("%s", made->statement)));
	return found;
}

Oid
scim_history_index(Relation table, ScimHistoryIndex which)
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

Relation
scim_open_history_table(LOCKMODE mode)
{
	Oid			relid = scim_history_table();
	Relation	table;

	if (!OidIsValid(relid))
		return NULL;
	table = table_open(relid, mode);
	if (!scim_has_entry_columns(RelationGetDescr(table)))
		scim_throw_other_columns(table);
	return table;
}
