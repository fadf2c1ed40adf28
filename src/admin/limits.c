/*
 * limits.c
 *		What a registered table cannot do as it is, and what would let it: said
 *		when it is registered, not found out by who uses it later.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "admin/limits.h"
#include "base/compat.h"
#include "base/texts.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "column/type.h"
#include "commands/trigger.h"
#include "nodes/primnodes.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/index.h"
#include "registry/relation.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/*
 * A limit, while it is put together: what it is about, one after the other, and
 * a statement for each, or a part of one.
 */
typedef struct Found
{
	int			count;
	List	   *names;			/* the same as a list */
	StringInfoData subjects;	/* each once */
	StringInfoData statements;
	const char *separator;		/* of statements */
} Found;

static void
begin(Found *found, const char *separator)
{
	found->separator = separator;
	found->count = 0;
	found->names = NIL;
	initStringInfo(&found->subjects);
	initStringInfo(&found->statements);
}

static void
add(Found *found, const char *subject, const char *statement)
{
	if (!scim_has_text(found->names, subject))
		appendStringInfo(&found->subjects, "%s%s", found->count > 0 ? ", " : "", subject);
	appendStringInfo(&found->statements, "%s%s", found->count > 0 ? found->separator : "",
					 statement);
	found->names = lappend(found->names, pstrdup(subject));
	found->count++;
}

/* ---- columns that nothing fills ---- */

/* The constant that an expression is, below what makes it the column's type; or NULL. */
static const Const *
constant_of(Node *node)
{
	for (;;)
	{
		if (node && IsA(node, RelabelType))
			node = (Node *) ((RelabelType *) node)->arg;
		else if (node && IsA(node, CoerceToDomain))
			node = (Node *) ((CoerceToDomain *) node)->arg;
		else if (node && IsA(node, FuncExpr) &&
				 ((FuncExpr *) node)->funcformat != COERCE_EXPLICIT_CALL &&
				 ((FuncExpr *) node)->args != NIL)
			node = linitial(((FuncExpr *) node)->args);
		else
			return node && IsA(node, Const) ? (Const *) node : NULL;
	}
}

static bool
is_empty_text(const Const *constant)
{
	return !constant->constisnull &&
		(constant->consttype == TEXTOID || constant->consttype == VARCHAROID) &&
		VARSIZE_ANY_EXHDR(DatumGetPointer(constant->constvalue)) == 0;
}

/* Has the column a value where an INSERT names none?  An empty text is no id. */
static bool
has_default(const ScimRegistration *registration, Relation relation, Form_pg_attribute attribute)
{
	const Const *constant;
	Node	   *expression;

	if (attribute->attgenerated != '\0')
		return true;
	expression = build_column_default(relation, attribute->attnum);
	if (expression == NULL)
		return false;
	constant = constant_of(expression);
	return constant == NULL || !(constant->constisnull ||
								 (!registration->is_members && is_empty_text(constant) &&
								  attribute->attnum == registration->numbers[SCIM_COLUMN_ID]));
}

static bool
takes_null(Relation relation, Form_pg_attribute attribute)
{
	return !scim_is_not_null(RelationGetDescr(relation), attribute->attnum) &&
		!scim_is_not_null_domain(attribute->atttypid);
}

/* Do the functions, or the triggers, write the column of a new resource? */
static bool
is_filled(const ScimRegistration *registration, AttrNumber number)
{
	int			columns = registration->is_members ? SCIM_MEMBER_COLUMNS : SCIM_COLUMNS;

	for (int i = 0; i < columns; i++)
	{
		if (registration->columns[i] == NULL || registration->numbers[i] != number)
			continue;
		if (registration->is_members)
			return true;
		/* nobody is made as deleted; ids are the table's to make, but for uuids */
		return !registration->read_only[i] && i != SCIM_COLUMN_DELETED &&
			(i != SCIM_COLUMN_ID || registration->id_type->type == UUIDOID);
	}
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (registration->mapped[i].number == number && !registration->mapped[i].read_only)
			return true;
	}
	return false;
}

static void
find_unfilled(const ScimRegistration *registration, Relation relation, ScimReportLimit report,
			  void *argument)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	Found		found;

	begin(&found, ", ");
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		const char *column = quote_identifier(NameStr(attribute->attname));

		if (!attribute->attisdropped && !takes_null(relation, attribute) &&
			!has_default(registration, relation, attribute) &&
			!is_filled(registration, attribute->attnum))
			add(&found, column, psprintf("ALTER COLUMN %s SET DEFAULT ...", column));
	}
	if (found.count > 0)
		report("limit",
			   psprintf("nothing fills %s of table \"%s\", NOT NULL and without a default that "
						"would do: unless a trigger does it, no %s can be %s",
						found.subjects.data, RelationGetRelationName(relation),
						registration->is_members ? "member" : registration->type->name,
						registration->is_members ? "added" : "made"),
			   psprintf("Have a default: ALTER TABLE %s %s;",
						scim_table_text(RelationGetRelid(relation)), found.statements.data),
			   argument);
}

/* ---- unique attributes ---- */

/* A column as filters compare it. */
static char *
compared_sql(const ScimMappedColumn *column)
{
	switch (column->compare)
	{
		case SCIM_COMPARE_EXACT:
			break;
		case SCIM_COMPARE_LOWER:
			return psprintf("lower(%s)", column->column);
		case SCIM_COMPARE_FOLD:
			return psprintf("%s.scim_fold(%s)", scim_extension_schema("scimver"), column->column);
	}
	return column->column;
}

static char *
unique_index_sql(const ScimRegistration *registration, const ScimMappedColumn *column)
{
	const char *tenant = registration->columns[SCIM_COLUMN_TENANT];
	const char *deleted = registration->columns[SCIM_COLUMN_DELETED];

	return psprintf("CREATE UNIQUE INDEX ON %s (%s%s%s)%s%s;", scim_table_text(registration->relid),
					tenant ? tenant : "", tenant ? ", " : "", compared_sql(column),
					deleted ? " WHERE " : "",
					deleted
					? scim_not_deleted_sql(registration->types[SCIM_COLUMN_DELETED], deleted)
					: "");
}

static void
find_unguarded(const ScimRegistration *registration, Relation relation, ScimReportLimit report,
			   void *argument)
{
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &registration->mapped[i];

		if (column->unique && !column->read_only && !OidIsValid(column->index_relid))
			report("index",
				   psprintf("nothing keeps %s unique: table \"%s\" has no unique index on column "
							"%s, as it is compared",
							column->path, RelationGetRelationName(relation), column->column),
				   unique_index_sql(registration, column), argument);
	}
}

/* The attributes that an index is on, for a sentence. */
static char *
attributes_of(const ScimRegistration *registration, Oid index)
{
	Bitmapset  *columns = scim_index_columns(index);
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < registration->mapped_count; i++)
	{
		if (bms_is_member(registration->mapped[i].number - FirstLowInvalidHeapAttributeNumber,
						  columns))
			appendStringInfo(&names, "%s%s", names.len > 0 ? " with " : "",
							 registration->mapped[i].path);
	}
	return names.data;
}

static void
find_kept_by_deleted(const ScimRegistration *registration, Relation relation,
					 ScimReportLimit report, void *argument)
{
	Found		found;
	ListCell   *cell;

	begin(&found, " ");
	foreach(cell, scim_indexes_of_deleted(registration, relation))
		add(&found, attributes_of(registration, lfirst_oid(cell)),
			scim_live_index_sql(registration, lfirst_oid(cell)));
	if (found.count > 0)
		report("limit",
			   psprintf("who is marked as deleted in table \"%s\" keeps %s: nobody else can have "
						"it, and no function finds who has",
						RelationGetRelationName(relation), found.subjects.data),
			   found.statements.data, argument);
}

/* ---- deletes ---- */

/* Takes the ending away, if the text has it. */
static bool
cut_ending(char *text, const char *ending)
{
	int			rest = (int) strlen(text) - (int) strlen(ending);

	if (rest < 0 || strcmp(text + rest, ending) != 0)
		return false;
	text[rest] = '\0';
	return true;
}

/* Takes away all from where that stands last, if it does. */
static void
cut_last(char *text, const char *word)
{
	char	   *last = NULL;

	for (char *found = strstr(text, word); found; found = strstr(found + 1, word))
		last = found;
	if (last)
		*last = '\0';
}

/* The statement that has the rows go with those that they refer to. */
static char *
cascade_sql(const Trigger *trigger)
{
	static const char *const endings[] = {" NOT VALID", " INITIALLY DEFERRED", " DEFERRABLE"};
	Datum		constraint = ObjectIdGetDatum(trigger->tgconstraint);
	Datum		told = DirectFunctionCall1(pg_get_constraintdef, constraint);
	char	   *definition = TextDatumGetCString(told);
	const char *name = quote_identifier(get_constraint_name(trigger->tgconstraint));
	char	   *rest = "";

	for (size_t i = 0; i < lengthof(endings); i++)
	{
		if (cut_ending(definition, endings[i]))
			rest = psprintf("%s%s", endings[i], rest);
	}
	/* what it does now, NO ACTION, is not written */
	if (trigger->tgfoid != F_RI_FKEY_NOACTION_DEL)
		cut_last(definition, " ON DELETE ");
	return psprintf("ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s ON DELETE CASCADE%s;",
					scim_table_text(trigger->tgconstrrelid), name, name, definition, rest);
}

static bool
is_not_null(Oid relid, AttrNumber number)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(number));
	bool		result = HeapTupleIsValid(tuple) &&
		((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/* Does a foreign key that would set its columns to NULL have one that takes none? */
static bool
sets_what_takes_none(const Trigger *trigger)
{
	Oid			constraint;
	Bitmapset  *columns = get_relation_constraint_attnos(trigger->tgconstrrelid,
														 get_constraint_name(trigger->tgconstraint),
														 true, &constraint);
	int			column = -1;
	bool		result = false;

	while ((column = bms_next_member(columns, column)) >= 0)
		result |= is_not_null(trigger->tgconstrrelid, column + FirstLowInvalidHeapAttributeNumber);
	return result;
}

/*
 * Is it one that refuses to delete what is referred to?  PostgreSQL's own
 * trigger on the table says so.
 */
static bool
refuses_deletes(const Trigger *trigger)
{
	if (!trigger->tgisinternal || !OidIsValid(trigger->tgconstrrelid) ||
		!OidIsValid(trigger->tgconstraint))
		return false;
	return trigger->tgfoid == F_RI_FKEY_NOACTION_DEL || trigger->tgfoid == F_RI_FKEY_RESTRICT_DEL ||
		(trigger->tgfoid == F_RI_FKEY_SETNULL_DEL && sets_what_takes_none(trigger));
}

/* Memberships go before the resource. */
static bool
is_memberships(Oid relid)
{
	const ScimResourceType *groups = scim_members_type();
	const ScimRegistration *members = groups ? scim_find_members(groups) : NULL;

	return members && members->relid == relid;
}

static void
find_refusing(const ScimRegistration *registration, Relation relation, ScimReportLimit report,
			  void *argument)
{
	const TriggerDesc *triggers = CopyTriggerDesc(relation->trigdesc);
	Found		found;

	if (registration->columns[SCIM_COLUMN_DELETED] && !registration->read_only[SCIM_COLUMN_DELETED])
		return;
	begin(&found, " ");
	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (refuses_deletes(trigger) && !is_memberships(trigger->tgconstrrelid))
			add(&found,
				psprintf("%s of table %s",
						 quote_identifier(get_constraint_name(trigger->tgconstraint)),
						 scim_table_text(trigger->tgconstrrelid)),
				cascade_sql(trigger));
	}
	if (found.count > 0)
		report("limit",
			   psprintf("a %s of table \"%s\" cannot be deleted while rows refer to it: %s",
						registration->type->name, RelationGetRelationName(relation),
						found.subjects.data),
			   psprintf("Memberships, once registered, go by themselves. Where others are to go, "
						"too (or ON DELETE SET NULL, if the column takes it): %s",
						found.statements.data),
			   argument);
}

/* ---- collations ---- */

static bool
is_nondeterministic(Oid collation)
{
	return OidIsValid(collation) && !get_collation_isdeterministic(collation);
}

static void
add_collated(Found *found, Relation relation, AttrNumber number)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), number - 1);
	const char *column = quote_identifier(NameStr(attribute->attname));

	if (is_nondeterministic(attribute->attcollation))
		add(found, column,
			psprintf("ALTER COLUMN %s TYPE %s COLLATE \"default\"", column,
					 format_type_with_typemod(attribute->atttypid, attribute->atttypmod)));
}

static void
find_collated(const ScimRegistration *registration, Relation relation, ScimReportLimit report,
			  void *argument)
{
	Found		found;

	begin(&found, ", ");
	for (int i = 0; i < registration->mapped_count; i++)
		add_collated(&found, relation, registration->mapped[i].number);
	if (found.count > 0)
		report("limit",
			   psprintf("of table \"%s\" the collation of %s is not deterministic: sw, co and ew "
						"compare it folded and use no index, and eq finds what is equal by both",
						RelationGetRelationName(relation), found.subjects.data),
			   psprintf("If that is not meant: ALTER TABLE %s %s;",
						scim_table_text(RelationGetRelid(relation)), found.statements.data),
			   argument);
}

/* ---- groups whose members are summed up ---- */

/* It is no limit: all is right, and takes its time. */
static void
tell_cost(const ScimRegistration *registration, Relation relation)
{
	if (scim_is_summed(registration))
		ereport(NOTICE,
				(errmsg("table \"%s\" has no columns for the count and digest of a group's "
						"members: all members are read whenever its version is asked for, or "
						"changes",
						RelationGetRelationName(relation)),
				 errhint("For groups that are large: register it with the option {\"add_columns\": "
						 "true}, or name columns memberCount and memberDigest.")));
}

/* ---- all of them ---- */

typedef void (*FindLimit) (const ScimRegistration *registration, Relation relation,
						   ScimReportLimit report, void *argument);

static const struct
{
	FindLimit	find;
	bool		of_members;		/* also of a table of memberships */
}			finders[] = {
	{find_unfilled, true},
	{find_unguarded, false},
	{find_kept_by_deleted, false},
	{find_refusing, false},
	{find_collated, false},
};

void
scim_find_limits(const ScimRegistration *registration, Relation relation, ScimReportLimit report,
				 void *argument)
{
	for (size_t i = 0; i < lengthof(finders); i++)
	{
		if (finders[i].of_members || !registration->is_members)
			finders[i].find(registration, relation, report, argument);
	}
}

static void
tell(const char *kind, const char *message, const char *hint, void *argument)
{
	ereport(NOTICE,
			(errmsg_internal("%s", message),
			 errhint("%s", hint)));
}

void
scim_tell_limits(const ScimRegistration *registration, Relation relation)
{
	scim_find_limits(registration, relation, tell, NULL);
	if (!registration->is_members)
		tell_cost(registration, relation);
}
