/*
 * lookup_ddl.c
 *		Making lookup columns and their indexes.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "errors.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "store/ddl.h"
#include "store/grants.h"
#include "store/lookup_ddl.h"
#include "utils/builtins.h"
#include "utils/rel.h"

/*
 * What is unique is so by a partial index: PostgreSQL would take a column of a
 * complete one for part of the row's key, and lock the row against foreign
 * keys whenever the document from which it is generated is written.  The second
 * one finds the rows that have no value, which sort last.
 */
static const char *const unique_index =
"CREATE UNIQUE INDEX ON {table} ({tenant}, {column}) WHERE {column} IS NOT NULL;"
"CREATE INDEX ON {table} ({tenant}, {id}) WHERE {column} IS NULL;";

/* The id makes the order complete, in which pages are read. */
static const char *const plain_index =
"CREATE INDEX ON {table} ({tenant}, {column}, {id});";

static const char *const values_index =
"CREATE INDEX ON {table} USING gin ({column} {ext}.scim_values_ops);";

static const char *const comment_on_lookup =
"COMMENT ON COLUMN {table}.{column} IS {comment};";

static char *
definition(const ScimPlannedLookup *lookup, const char *data)
{
	return psprintf("%s %s GENERATED ALWAYS AS (%s) STORED", quote_identifier(lookup->column),
					scim_lookup_types[lookup->kind].declaration, scim_lookup_expression(lookup, data));
}

char *
scim_lookup_definitions(List *plans, const char *data)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, plans)
		appendStringInfo(&text, " %s,", definition(lfirst(cell), data));
	return text.data;
}

/* What is there already may not be unique: said with the value, which CREATE INDEX does not tell every caller. */
static void
refuse_duplicates(const ScimPlannedLookup *lookup, const char *table, const ScimWord *words)
{
	ScimError  *error;
	char	   *value;

	scim_run_ddl("SELECT {column}::pg_catalog.text FROM {table} WHERE {column} IS NOT NULL"
				 " GROUP BY {tenant}, {column} HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1"
				 " ORDER BY 1 LIMIT 1", words);
	if (SPI_processed == 0)
		return;
	value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	error = scim_error(SCIM_NOT_YET_UNIQUE);
	scim_error_text(error, "attribute", lookup->path.text);
	scim_error_text(error, "value", value);
	scim_throw(error, "%s cannot be unique: several rows of table %s have the value \"%s\"",
			   lookup->path.text, table, value);
}

void
scim_make_lookup_index(const ScimPlannedLookup *lookup, const char *table,
					   const char *tenant, const char *id)
{
	char	   *comment = psprintf("To look up %s, %s", lookup->path.text,
								   scim_lookup_types[lookup->kind].comment);
	ScimWord	words[] = {
		{"table", table}, {"tenant", tenant}, {"id", id},
		{"column", pstrdup(quote_identifier(lookup->column))},
		{"comment", quote_literal_cstr(comment)},
		{"ext", scim_extension_schema("scimver")},
		{NULL}
	};

	scim_run_ddl(comment_on_lookup, words);
	if (lookup->unique)
		refuse_duplicates(lookup, table, words);
	scim_run_ddl(lookup->unique ? unique_index : scim_has_values(lookup->kind) ? values_index : plain_index, words);
}

/* ---- tables that are there ---- */

/* Replaces the column of a lookup in the trigger's arguments; NULL removes it. */
static void
set_lookup(const ScimRegistration *table, const char *path, const char *column)
{
	Relation	relation = table_open(table->relid, NoLock);
	const Trigger *trigger = scim_relation_trigger(relation, table->trigger);

	if (trigger == NULL)
		elog(ERROR, "the trigger of table %s is gone", table->table);
	scim_write_mapping(relation, trigger,
					   scim_set_lookup_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT], path, column));
	table_close(relation, NoLock);
	CommandCounterIncrement();
}

void
scim_alter_lookups(const ScimRegistration *table, List *dropped, List *added)
{
	StringInfoData actions;
	ScimWord	words[] = {{"table", table->table}, {"actions"}, {NULL}};
	ListCell   *cell;

	if (dropped == NIL && added == NIL)
		return;
	initStringInfo(&actions);
	foreach(cell, dropped)
	{
		const ScimDroppedLookup *lookup = lfirst(cell);

		/* first from the mapping: what that names cannot be dropped */
		set_lookup(table, lookup->path, NULL);
		appendStringInfo(&actions, "%sDROP COLUMN %s", actions.len > 0 ? ", " : "", lookup->column);
	}
	foreach(cell, added)
		appendStringInfo(&actions, "%sADD COLUMN %s", actions.len > 0 ? ", " : "",
						 definition(lfirst(cell), table->columns[SCIM_COLUMN_DATA]));
	if (added)
		ereport(NOTICE,
				(errmsg("table %s is rewritten under an exclusive lock, as lookup columns are stored",
						table->table)));
	words[1].text = actions.data;
	scim_run_ddl("ALTER TABLE {table} {actions}", words);
	foreach(cell, added)
	{
		const ScimPlannedLookup *lookup = lfirst(cell);

		set_lookup(table, lookup->path.text, lookup->column);
		scim_make_lookup_index(lookup, table->table, table->columns[SCIM_COLUMN_TENANT],
							   table->columns[SCIM_COLUMN_ID]);
	}
	scim_grant_tables_to_all();
}
