/*
 * limits.c
 *		What a registered table cannot do as it is, and what would let it: said
 *		when it is registered, not found out by who uses it later.
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"
#include "commands/trigger.h"
#include "compat.h"
#include "store/column_type.h"
#include "store/column_value.h"
#include "store/limits.h"
#include "store/mapped_index.h"
#include "store/table_ddl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* A limit, while it is put together: what it is about, one after the other, and a statement for each, or a part of one. */
typedef struct Found
{
	int			count;
	StringInfoData subjects;
	StringInfoData statements;
	const char *separator;		/* of statements */
} Found;

static void
begin(Found *found, const char *separator)
{
	found->separator = separator;
	found->count = 0;
	initStringInfo(&found->subjects);
	initStringInfo(&found->statements);
}

static void
add(Found *found, const char *subject, const char *statement)
{
	appendStringInfo(&found->subjects, "%s%s", found->count > 0 ? ", " : "", subject);
	appendStringInfo(&found->statements, "%s%s", found->count > 0 ? found->separator : "", statement);
	found->count++;
}

/* ---- columns that nothing fills ---- */

/* Has the column a value where an INSERT names none? */
static bool
has_default(Form_pg_attribute attribute)
{
	return attribute->atthasdef || attribute->attidentity != '\0' || attribute->attgenerated != '\0' ||
		get_typdefault(attribute->atttypid) != NULL;
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
find_unfilled(const ScimRegistration *registration, Relation relation, ScimReportLimit report, void *argument)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	Found		found;

	begin(&found, ", ");
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		const char *column = quote_identifier(NameStr(attribute->attname));

		if (!attribute->attisdropped && !takes_null(relation, attribute) && !has_default(attribute) &&
			!is_filled(registration, attribute->attnum))
			add(&found, column, psprintf("ALTER COLUMN %s SET DEFAULT ...", column));
	}
	if (found.count > 0)
		report("limit",
			   psprintf("nothing fills %s of table \"%s\", NOT NULL and without default: unless a trigger does, no %s can be %s",
						found.subjects.data, RelationGetRelationName(relation),
						registration->is_members ? "member" : registration->type->name,
						registration->is_members ? "added" : "made"),
			   psprintf("Have a default: ALTER TABLE %s %s;", scim_table_text(RelationGetRelid(relation)), found.statements.data), argument);
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

	return psprintf("CREATE UNIQUE INDEX ON %s (%s%s%s)%s%s;", scim_table_text(registration->relid), tenant ? tenant : "", tenant ? ", " : "",
					compared_sql(column), deleted ? " WHERE " : "",
					deleted ? scim_not_deleted_sql(registration->types[SCIM_COLUMN_DELETED], deleted) : "");
}

static void
find_unguarded(const ScimRegistration *registration, Relation relation, ScimReportLimit report, void *argument)
{
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &registration->mapped[i];

		if (column->unique && !column->read_only && !OidIsValid(column->index_relid))
			report("index",
				   psprintf("nothing keeps %s unique: table \"%s\" has no unique index on column %s, as it is compared",
							column->path, RelationGetRelationName(relation), column->column),
				   unique_index_sql(registration, column), argument);
	}
}

static void
find_kept_by_deleted(const ScimRegistration *registration, Relation relation, ScimReportLimit report, void *argument)
{
	Found		found;

	begin(&found, " ");
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &registration->mapped[i];

		if (column->unique && scim_index_holds_deleted(registration, column->index_relid))
			add(&found, column->path, scim_live_index_sql(registration, column->index_relid));
	}
	if (found.count > 0)
		report("limit",
			   psprintf("who is marked as deleted in table \"%s\" keeps %s: nobody else can have it, and no function finds who has",
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

/* The statement that has the rows go with those that they refer to. */
static char *
cascade_sql(Oid constraint, Oid relid)
{
	static const char *const endings[] = {" NOT VALID", " INITIALLY DEFERRED", " DEFERRABLE"};
	char	   *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_constraintdef, ObjectIdGetDatum(constraint)));
	const char *name = quote_identifier(get_constraint_name(constraint));
	char	   *rest = "";

	for (size_t i = 0; i < lengthof(endings); i++)
	{
		if (cut_ending(definition, endings[i]))
			rest = psprintf("%s%s", endings[i], rest);
	}
	(void) cut_ending(definition, " ON DELETE RESTRICT");
	return psprintf("ALTER TABLE %s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s ON DELETE CASCADE%s;",
					scim_table_text(relid), name, name, definition, rest);
}

/* Is it one that refuses to delete what is referred to?  PostgreSQL's own trigger on the table says so. */
static bool
refuses_deletes(const Trigger *trigger)
{
	return trigger->tgisinternal && OidIsValid(trigger->tgconstrrelid) && OidIsValid(trigger->tgconstraint) &&
		(trigger->tgfoid == F_RI_FKEY_NOACTION_DEL || trigger->tgfoid == F_RI_FKEY_RESTRICT_DEL);
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
find_refusing(const ScimRegistration *registration, Relation relation, ScimReportLimit report, void *argument)
{
	const TriggerDesc *triggers = relation->trigdesc;
	Found		found;

	if (registration->columns[SCIM_COLUMN_DELETED] && !registration->read_only[SCIM_COLUMN_DELETED])
		return;
	begin(&found, " ");
	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (refuses_deletes(trigger) && !is_memberships(trigger->tgconstrrelid))
			add(&found, psprintf("%s of table %s", quote_identifier(get_constraint_name(trigger->tgconstraint)),
								 scim_table_text(trigger->tgconstrrelid)),
				cascade_sql(trigger->tgconstraint, trigger->tgconstrrelid));
	}
	if (found.count > 0)
		report("limit",
			   psprintf("a %s of table \"%s\" cannot be deleted while rows refer to it: %s", registration->type->name,
						RelationGetRelationName(relation), found.subjects.data),
			   psprintf("Memberships, once registered, go by themselves. Where others are to go, too (or ON DELETE SET NULL): %s",
						found.statements.data), argument);
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
		add(found, column, psprintf("ALTER COLUMN %s TYPE %s COLLATE \"default\"", column,
									format_type_with_typemod(attribute->atttypid, attribute->atttypmod)));
}

static void
find_collated(const ScimRegistration *registration, Relation relation, ScimReportLimit report, void *argument)
{
	Found		found;

	begin(&found, ", ");
	for (int i = 0; i < registration->mapped_count; i++)
		add_collated(&found, relation, registration->mapped[i].number);
	if (found.count > 0)
		report("limit",
			   psprintf("of table \"%s\" the collation of %s is not deterministic: sw, co and ew compare it folded and use no index, and eq finds what is equal by both",
						RelationGetRelationName(relation), found.subjects.data),
			   psprintf("If that is not meant: ALTER TABLE %s %s;", scim_table_text(RelationGetRelid(relation)),
						found.statements.data), argument);
}

/* ---- all of them ---- */

typedef void (*FindLimit) (const ScimRegistration *registration, Relation relation, ScimReportLimit report, void *argument);

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
scim_find_limits(const ScimRegistration *registration, Relation relation, ScimReportLimit report, void *argument)
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
}
