/*
 * own_table.c
 *		The extension's own tables: where they are, and whether they are as they were made.
 *
 * They are found by the extension that they belong to: in a database whose extension is
 * still at 1.0, a table of that name is somebody else's.
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "registry/extension.h"
#include "registry/relation_changes.h"
#include "statement/own_table.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* ---- where they are ---- */

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

static Oid
find_relation(const char *name)
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

/* ---- what is kept of that ---- */

/* More of them than there are. */
#define MOST_KNOWN 24

/* Until one of them changes; where there are none, until anything does. */
static struct
{
	const char *name;
	Oid			relid;
}			known[MOST_KNOWN];
static int	known_count = 0;

static void
relation_changed(Oid relid)
{
	bool		forgets = !OidIsValid(relid);

	for (int i = 0; i < known_count && !forgets; i++)
		forgets = !OidIsValid(known[i].relid) || known[i].relid == relid;
	if (forgets)
		known_count = 0;
}

Oid
scim_find_own_relation(const char *name)
{
	uint64		started;
	Oid			found;

	for (int i = 0; i < known_count; i++)
	{
		if (strcmp(known[i].name, name) == 0)
			return known[i].relid;
	}
	scim_hear_of_relations(relation_changed);
	started = scim_relation_changes();
	found = find_relation(name);
	/* what changed meanwhile is looked for again the next time */
	if (started == scim_relation_changes() && known_count < MOST_KNOWN)
	{
		known[known_count].name = name;
		known[known_count++].relid = found;
	}
	return found;
}

/* ---- what they were made as ---- */

void
scim_throw_other_columns(Relation table)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("table \"%s\" has other columns than it was made with",
					RelationGetRelationName(table))));
}

void
scim_check_columns(Relation table, const Oid *types, int count)
{
	TupleDesc	descriptor = RelationGetDescr(table);

	if (table->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("relation \"%s\" is not the table that it was made as",
						RelationGetRelationName(table))));
	if (descriptor->natts < count)
		scim_throw_other_columns(table);
	for (int i = 0; i < count; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (attribute->attisdropped || attribute->atttypid != types[i])
			scim_throw_other_columns(table);
	}
}

void
scim_throw_not_kept(const char *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"%s\" does not keep what is written to it", table),
			 errhint("Drop the triggers and rules that were put there.")));
}

/* ---- their indexes ---- */

bool
scim_tells_apart(Relation index, int place)
{
	Oid			collation = index->rd_indcollation[place];

	return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

bool
scim_is_index_on(Relation index, const AttrNumber *columns, int count)
{
	const FormData_pg_index *form = index->rd_index;

	if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid || form->indnkeyatts != count)
		return false;
	for (int i = 0; i < count; i++)
	{
		if (form->indkey.values[i] != columns[i] || index->rd_indoption[i] != 0 ||
			!scim_tells_apart(index, i))
			return false;
	}
	return true;
}

Oid
scim_find_index_on(Relation table, const AttrNumber *columns, int count)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(table))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		bool		is_it = RelationGetIndexPredicate(index) == NIL &&
			scim_is_index_on(index, columns, count);

		index_close(index, NoLock);
		if (is_it)
			return lfirst_oid(cell);
	}
	return InvalidOid;
}

/* Its collation is the one that the column was made with. */
void
scim_init_text_key(ScanKeyData *key, Relation table, int column, const char *value)
{
	ScanKeyEntryInitialize(key, 0, column + 1, BTEqualStrategyNumber, InvalidOid,
						   TupleDescAttr(RelationGetDescr(table), column)->attcollation, F_TEXTEQ,
						   CStringGetTextDatum(value));
}
