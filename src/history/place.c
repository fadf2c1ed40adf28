/*
 * place.c
 *		The table of the history: where it is, and whether it is what it was made.
 *
 * It is found by the extension that it belongs to: in a database whose extension
 * is still at 1.0, a table of that name is somebody else's.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "history/change.h"
#include "history/place.h"
#include "history/values.h"
#include "nodes/primnodes.h"
#include "registry/extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
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
	[SCIM_ENTRY_ERROR_CODE] = {"error_code", TEXTOID, false}
};

/* What is known until one of them changes; that there is no table, until anything does. */
typedef struct Known
{
	bool		is_known;
	Oid			table;
	Oid			index;			/* InvalidOid: not looked for yet */
} Known;

static Known known;
static uint64 changes = 0;		/* of any relation */

static void
relation_changed(Datum argument, Oid relid)
{
	changes++;
	if (!OidIsValid(relid) || !OidIsValid(known.table) || relid == known.table ||
		relid == known.index)
		known = (Known) {0};
}

static void
hear_of_changes(void)
{
	static bool hears = false;

	if (hears)
		return;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	hears = true;
}

/* ---- what belongs to the extension ---- */

static bool
is_own(Oid catalog, Oid object)
{
	return OidIsValid(object) &&
		getExtensionOfObject(catalog, object) == get_extension_oid("scimver", false);
}

/* Does the extension know of the history?  While a script makes it, not yet. */
static bool
is_old(void)
{
	return creating_extension ||
		!is_own(ProcedureRelationId,
				scim_find_extension_function("scimver", "scim_history_trigger", 0, NULL));
}

/* InvalidOid: it is older than the history. */
static Oid
find_own(const char *name)
{
	Oid			found = get_relname_relid(name, scim_extension_namespace("scimver"));

	if (is_own(RelationRelationId, found))
		return found;
	if (!is_old())
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"%s\" of extension \"%s\" is gone", name, "scimver"),
				 errhint("Give it back its name and its schema.")));
	return InvalidOid;
}

Oid
scim_history_table(void)
{
	uint64		started;
	Oid			found;

	if (likely(known.is_known))
		return known.table;
	hear_of_changes();
	started = changes;
	found = find_own("scim_history_rows");
	/* what changed meanwhile is looked for again the next time */
	if (started == changes)
		known = (Known) {.is_known = true, .table = found};
	return found;
}

Oid
scim_history_sequence(void)
{
	return find_own("scim_history_seq");
}

/* ---- is it as it was made? ---- */

bool
scim_is_text(Datum value, const char *text)
{
	const struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);
	Size		length = strlen(text);

	return VARSIZE_ANY_EXHDR(packed) == length && memcmp(VARDATA_ANY(packed), text, length) == 0;
}

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

/* operation <> 'refused', as it was made, whatever the session's search_path finds? */
bool
scim_leaves_out_refused(const List *predicate)
{
	const OpExpr *condition = list_length(predicate) == 1 ? linitial(predicate) : NULL;
	const Var  *column;
	const Const *value;

	if (condition == NULL || !IsA(condition, OpExpr) || condition->opfuncid != F_TEXTNE ||
		!OidIsValid(condition->inputcollid) || !get_collation_isdeterministic(condition->inputcollid))
		return false;
	column = linitial(condition->args);
	value = lsecond(condition->args);
	return IsA(column, Var) && IsA(value, Const) && !value->constisnull &&
		column->varattno == SCIM_ENTRY_NUMBER(SCIM_ENTRY_OPERATION) &&
		strcmp(TextDatumGetCString(value->constvalue),
			   scim_operation_name(SCIM_HISTORY_REFUSED)) == 0;
}

/* An index on these columns alone, whose order is that of seq, and which has all but refusals? */
static bool
is_resource_index(Relation index)
{
	static const AttrNumber columns[] = {
		SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), SCIM_ENTRY_NUMBER(SCIM_ENTRY_TYPE),
		SCIM_ENTRY_NUMBER(SCIM_ENTRY_ID), SCIM_ENTRY_NUMBER(SCIM_ENTRY_SEQ)
	};
	const FormData_pg_index *form = index->rd_index;

	if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid ||
		form->indnkeyatts != lengthof(columns) ||
		!scim_leaves_out_refused(RelationGetIndexPredicate(index)))
		return false;
	for (int i = 0; i < (int) lengthof(columns); i++)
	{
		if (form->indkey.values[i] != columns[i] || index->rd_indoption[i] != 0 ||
			!scim_tells_apart(index, i))
			return false;
	}
	return true;
}

static Oid
find_index(Relation table)
{
	Oid			found = get_relname_relid("scim_history_resource", RelationGetNamespace(table));
	Relation	index;
	bool		is_it = false;

	if (OidIsValid(found) && IndexGetRelation(found, true) == RelationGetRelid(table))
	{
		index = index_open(found, AccessShareLock);
		is_it = is_resource_index(index);
		index_close(index, NoLock);
	}
	if (!is_it)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("index \"%s\" of table \"%s\" is gone, or another one",
						"scim_history_resource", "scim_history_rows"),
				 errhint("CREATE INDEX scim_history_resource ON scim_history_rows "
						 "(tenant_id, resource_type, resource_id, seq) "
						 "WHERE operation <> 'refused'")));
	return found;
}

Oid
scim_history_resource_index(Relation table)
{
	Oid			found = known.index;
	uint64		started;

	if (likely(OidIsValid(found)))
		return found;
	started = changes;
	found = find_index(table);
	if (started == changes && known.is_known)
		known.index = found;
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
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("table \"%s\" has other columns than it was made with",
						RelationGetRelationName(table))));
	return table;
}
