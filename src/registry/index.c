/*
 * index.c
 *		The application's own indexes: what they say of ids, of how text is
 *		compared, and of what is unique.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "registry/extension.h"
#include "registry/index.h"
#include "registry/relation.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

/* What stands in a key of an index for a column. */
typedef enum KeyKind
{
	KEY_OTHER, KEY_PLAIN, KEY_LOWER, KEY_FOLD
} KeyKind;

/* An index, as pg_index has it. */
typedef struct AppIndex
{
	HeapTuple	tuple;
	Form_pg_index form;
	List	   *expressions;
	List	   *predicate;
} AppIndex;

static List *
read_expressions(HeapTuple tuple, AttrNumber number)
{
	bool		isnull;
	Datum		stored = SysCacheGetAttr(INDEXRELID, tuple, number, &isnull);

	return isnull ? NIL : (List *) stringToNode(TextDatumGetCString(stored));
}

static bool
open_index(Oid relid, AppIndex *index)
{
	index->tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(index->tuple))
		return false;
	index->form = (Form_pg_index) GETSTRUCT(index->tuple);
	index->expressions = read_expressions(index->tuple, Anum_pg_index_indexprs);
	index->predicate = read_expressions(index->tuple, Anum_pg_index_indpred);
	return true;
}

/* ---- keys ---- */

static bool
is_column(Node *node, AttrNumber number)
{
	/* a varchar that is taken for text */
	while (node && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node && IsA(node, Var) && ((Var *) node)->varattno == number;
}

static KeyKind
expression_kind(Node *node, AttrNumber number)
{
	static const Oid text_argument[] = {TEXTOID};
	FuncExpr   *call = (FuncExpr *) node;

	if (!IsA(node, FuncExpr) || list_length(call->args) != 1 ||
		!is_column(linitial(call->args), number))
		return KEY_OTHER;
	if (call->funcid == F_LOWER_TEXT)
		return KEY_LOWER;
	return call->funcid == scim_extension_function("scimver", "scim_fold", 1, text_argument)
		? KEY_FOLD
		: KEY_OTHER;
}

/* What the index's key of that number is to the column. */
static KeyKind
key_kind(const AppIndex *index, int key, AttrNumber number)
{
	int			expression = 0;

	if (index->form->indkey.values[key] != 0)
		return index->form->indkey.values[key] == number ? KEY_PLAIN : KEY_OTHER;
	for (int i = 0; i < key; i++)
		expression += index->form->indkey.values[i] == 0;
	return expression_kind(list_nth(index->expressions, expression), number);
}

static KeyKind
wanted_kind(ScimCompare compare)
{
	return compare == SCIM_COMPARE_LOWER ? KEY_LOWER
		: compare == SCIM_COMPARE_FOLD ? KEY_FOLD
		: KEY_PLAIN;
}

/* Are the keys of the index just this one of the column, alone or with the tenant? */
static bool
is_on(const AppIndex *index, AttrNumber tenant, AttrNumber number, KeyKind kind)
{
	bool		found = false;

	for (int i = 0; i < index->form->indnkeyatts; i++)
	{
		bool		is_key = key_kind(index, i, number) == kind;

		if (!is_key && (tenant == InvalidAttrNumber || index->form->indkey.values[i] != tenant))
			return false;
		found |= is_key;
	}
	return found;
}

/* ---- the registration's questions ---- */

typedef bool (*IndexTest) (const AppIndex *index, void *argument);

/* The first of the relation's indexes that passes the test, or InvalidOid. */
static Oid
find_index(Relation relation, IndexTest test, void *argument)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		AppIndex	index;
		bool		found;

		if (!open_index(lfirst_oid(cell), &index))
			continue;
		found = test(&index, argument);
		ReleaseSysCache(index.tuple);
		if (found)
			return lfirst_oid(cell);
	}
	return InvalidOid;
}

typedef struct Wanted
{
	AttrNumber	tenant;
	AttrNumber	number;
	AttrNumber	deleted;
	KeyKind		kind;
} Wanted;

static bool
keeps_ids_apart(const AppIndex *index, void *argument)
{
	const Wanted *wanted = argument;

	return index->form->indisunique && index->form->indisvalid && index->form->indimmediate &&
		index->predicate == NIL && is_on(index, wanted->tenant, wanted->number, KEY_PLAIN);
}

Oid
scim_id_index(const ScimRegistration *registration, Relation relation, AttrNumber columns[2],
			  int *count)
{
	Wanted		wanted = {
		.tenant = registration->numbers[SCIM_COLUMN_TENANT],
		.number = registration->numbers[SCIM_COLUMN_ID]
	};
	Oid			found = find_index(relation, keeps_ids_apart, &wanted);
	AppIndex	index;

	*count = 0;
	if (!OidIsValid(found) || !open_index(found, &index))
		return InvalidOid;
	for (; *count < Min(index.form->indnkeyatts, 2); (*count)++)
		columns[*count] = index.form->indkey.values[*count];
	ReleaseSysCache(index.tuple);
	return found;
}

bool
scim_has_id_index(const ScimRegistration *registration, Relation relation)
{
	AttrNumber	columns[2];
	int			count;

	return OidIsValid(scim_id_index(registration, relation, columns, &count));
}

/* Has the index no other keys than those of a membership, and both of the pair among them? */
static bool
keeps_pairs_apart(const AppIndex *index, void *argument)
{
	const ScimRegistration *members = argument;
	const AttrNumber *numbers = members->numbers;
	bool		has_group = false;
	bool		has_member = false;

	if (!index->form->indisunique || !index->form->indisvalid || !index->form->indimmediate ||
		index->predicate != NIL)
		return false;
	for (int i = 0; i < index->form->indnkeyatts; i++)
	{
		AttrNumber	key = index->form->indkey.values[i];

		if (key == numbers[SCIM_MEMBER_GROUP])
			has_group = true;
		else if (key == numbers[SCIM_MEMBER_ID])
			has_member = true;
		else if (key == InvalidAttrNumber || key != numbers[SCIM_MEMBER_TENANT])
			return false;
	}
	return has_group && has_member;
}

bool
scim_has_pair_index(const ScimRegistration *members, Relation relation)
{
	return OidIsValid(find_index(relation, keeps_pairs_apart, (void *) members));
}

/* Does a condition look at nothing but the column and the mark of deleted rows? */
static bool
is_about(List *predicate, const Wanted *wanted)
{
	Bitmapset  *columns = NULL;
	int			column = -1;

	pull_varattnos((Node *) predicate, 1, &columns);
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		AttrNumber	number = column + FirstLowInvalidHeapAttributeNumber;

		if (number != wanted->number &&
			(wanted->deleted == InvalidAttrNumber || number != wanted->deleted))
			return false;
	}
	return true;
}

/* An index on the column, as filters and uniqueness compare it. */
static Wanted
wanted_by(const ScimRegistration *registration, const ScimMappedColumn *column)
{
	return (Wanted)
	{
		.tenant = registration->numbers[SCIM_COLUMN_TENANT],
			.number = column->number,
			.deleted = registration->numbers[SCIM_COLUMN_DELETED],
			.kind = wanted_kind(column->compare)
	};
}

static bool
keeps_values_apart(const AppIndex *index, void *argument)
{
	const Wanted *wanted = argument;

	return index->form->indisunique && index->form->indisvalid &&
		is_about(index->predicate, wanted) &&
		is_on(index, wanted->tenant, wanted->number, wanted->kind);
}

Oid
scim_unique_index_of(const ScimRegistration *registration, const ScimMappedColumn *column,
					 Relation relation)
{
	Wanted		wanted = wanted_by(registration, column);

	return find_index(relation, keeps_values_apart, &wanted);
}

/* Is the index of that access method?  Of a partitioned table's index, too. */
static bool
is_by(Oid index, Oid method)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
	bool		result = HeapTupleIsValid(tuple) &&
		((Form_pg_class) GETSTRUCT(tuple))->relam == method;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/* Is it a B-tree that leads from the tenant (or nothing) and the column to rows? */
static bool
leads_to_values(const AppIndex *index, void *argument)
{
	const Wanted *wanted = argument;
	int			key = wanted->tenant != InvalidAttrNumber && index->form->indnkeyatts > 1 &&
		index->form->indkey.values[0] == wanted->tenant ? 1 : 0;

	return index->form->indisvalid && is_by(index->form->indexrelid, BTREE_AM_OID) &&
		key_kind(index, key, wanted->number) == wanted->kind;
}

ScimCompare
scim_compare_of_indexes(const ScimRegistration *registration, const ScimMappedColumn *column,
						Relation relation, char **exact_index)
{
	Wanted		wanted = {.tenant = registration->numbers[SCIM_COLUMN_TENANT],
	.number = column->number};
	Oid			index;

	*exact_index = NULL;
	wanted.kind = KEY_FOLD;
	if (OidIsValid(find_index(relation, leads_to_values, &wanted)))
		return SCIM_COMPARE_FOLD;
	wanted.kind = KEY_LOWER;
	if (OidIsValid(find_index(relation, leads_to_values, &wanted)))
		return SCIM_COMPARE_LOWER;
	wanted.kind = KEY_PLAIN;
	index = find_index(relation, leads_to_values, &wanted);
	if (!OidIsValid(index))
		return SCIM_COMPARE_FOLD;
	*exact_index = get_rel_name(index);
	return SCIM_COMPARE_EXACT;
}

/* Those of unique values may leave out what has none, or is deleted. */
static bool
leads_to_all_values(const AppIndex *index, void *argument)
{
	const Wanted *wanted = argument;

	return (index->predicate == NIL ||
			(index->form->indisunique && is_about(index->predicate, wanted))) &&
		leads_to_values(index, argument);
}

static bool
finds_elements(const AppIndex *index, void *argument)
{
	const Wanted *wanted = argument;

	return index->form->indisvalid && index->predicate == NIL &&
		is_by(index->form->indexrelid, GIN_AM_OID) &&
		key_kind(index, 0, wanted->number) == KEY_PLAIN;
}

Oid
scim_filter_index_of(const ScimRegistration *registration, const ScimMappedColumn *column,
					 Relation relation)
{
	Wanted		wanted = wanted_by(registration, column);

	return find_index(relation,
					  scim_value_type(column)->is_array ? finds_elements : leads_to_all_values,
					  &wanted);
}

/* ---- rows that are marked as deleted ---- */

bool
scim_index_holds_deleted(const ScimRegistration *registration, Oid index)
{
	AttrNumber	deleted = registration->numbers[SCIM_COLUMN_DELETED];
	Bitmapset  *columns = NULL;
	AppIndex	opened;
	bool		is_of_table;

	if (deleted == InvalidAttrNumber || !OidIsValid(index) || !open_index(index, &opened))
		return false;
	is_of_table = opened.form->indrelid == registration->relid;
	pull_varattnos((Node *) opened.predicate, 1, &columns);
	ReleaseSysCache(opened.tuple);
	return is_of_table && !bms_is_member(deleted - FirstLowInvalidHeapAttributeNumber, columns);
}

Bitmapset *
scim_index_columns(Oid index)
{
	Bitmapset  *columns = NULL;
	AppIndex	opened;

	if (!OidIsValid(index) || !open_index(index, &opened))
		return NULL;
	for (int i = 0; i < opened.form->indnkeyatts; i++)
	{
		if (opened.form->indkey.values[i] != 0)
			columns = bms_add_member(columns, opened.form->indkey.values[i] -
									 FirstLowInvalidHeapAttributeNumber);
	}
	pull_varattnos((Node *) opened.expressions, 1, &columns);
	ReleaseSysCache(opened.tuple);
	return columns;
}

/* Ids are the database's, and never come again. */
static bool
is_on_attribute(const ScimRegistration *registration, Oid index)
{
	Bitmapset  *columns = scim_index_columns(index);

	if (bms_is_member(registration->numbers[SCIM_COLUMN_ID] - FirstLowInvalidHeapAttributeNumber,
					  columns))
		return false;
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (!registration->mapped[i].read_only &&
			bms_is_member(registration->mapped[i].number - FirstLowInvalidHeapAttributeNumber,
						  columns))
			return true;
	}
	return false;
}

static bool
is_unique(Oid index)
{
	AppIndex	opened;
	bool		result;

	if (!open_index(index, &opened))
		return false;
	result = opened.form->indisunique && opened.form->indisvalid;
	ReleaseSysCache(opened.tuple);
	return result;
}

List *
scim_indexes_of_deleted(const ScimRegistration *registration, Relation relation)
{
	List	   *found = NIL;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		Oid			index = lfirst_oid(cell);

		if (is_unique(index) && scim_index_holds_deleted(registration, index) &&
			is_on_attribute(registration, index))
			found = lappend_oid(found, index);
	}
	return found;
}

/* What is dropped: a constraint, or the index itself. */
static char *
drop_index_sql(const ScimRegistration *registration, Oid index)
{
	Oid			constraint = get_index_constraint(index);

	if (OidIsValid(constraint))
		return psprintf("ALTER TABLE %s DROP CONSTRAINT %s", scim_table_text(registration->relid),
						quote_identifier(get_constraint_name(constraint)));
	return psprintf("DROP INDEX %s", scim_index_name(index));
}

/* The condition of a partial index, and what joins it to another; else nothing. */
static char *
condition_sql(const AppIndex *index)
{
	bool		isnull;
	Datum		stored = SysCacheGetAttr(INDEXRELID, index->tuple, Anum_pg_index_indpred, &isnull);
	Datum		condition;

	if (isnull)
		return "";
	condition = DirectFunctionCall2(pg_get_expr, stored, ObjectIdGetDatum(index->form->indrelid));
	return psprintf("%s AND ", TextDatumGetCString(condition));
}

char *
scim_live_index_sql(const ScimRegistration *registration, Oid index)
{
	AppIndex	opened;
	char	   *condition;

	if (!open_index(index, &opened))
		return "";
	condition = condition_sql(&opened);
	ReleaseSysCache(opened.tuple);
	return psprintf("CREATE UNIQUE INDEX ON %s (%s) WHERE %s%s; %s;",
					scim_table_text(registration->relid), pg_get_indexdef_columns(index, true),
					condition,
					scim_not_deleted_sql(registration->types[SCIM_COLUMN_DELETED],
										 registration->columns[SCIM_COLUMN_DELETED]),
					drop_index_sql(registration, index));
}

char *
scim_index_name(Oid index)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(index)),
									  get_rel_name(index));
}

bool
scim_needs_tenant(const ScimRegistration *table)
{
	ScimRegistration without = *table;
	Relation	relation;
	bool		alone;

	if (table->tenant_type == NULL)
		return false;
	without.numbers[SCIM_COLUMN_TENANT] = InvalidAttrNumber;
	relation = table_open(table->relid, AccessShareLock);
	alone = scim_has_id_index(&without, relation);
	table_close(relation, NoLock);
	return !alone;
}
