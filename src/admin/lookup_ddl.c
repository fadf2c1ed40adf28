/*
 * lookup_ddl.c
 *		Making lookup columns and their indexes.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "admin/grants.h"
#include "admin/lookup_ddl.h"
#include "base/errors.h"
#include "base/protect.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/lookup_length.h"
#include "registry/mapping_text.h"
#include "registry/our_trigger.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/rel.h"

/*
 * What is unique is so by a partial index: PostgreSQL would take a column of a
 * complete one for part of the row's key, and lock the row against foreign
 * keys whenever the document from which it is generated is written.  The second
 * one finds the rows that have no value, which sort last.
 */
static const char *const unique_index =
"CREATE UNIQUE INDEX ON {table} ({tenant}, {column}) WHERE {column} IS NOT NULL;";

static const char *const rest_index =
"CREATE INDEX ON {table} ({tenant}, {id}) WHERE {column} IS NULL;";

static const char *const find_rest_index = "SELECT FROM pg_catalog.pg_index WHERE indrelid "
"OPERATOR(pg_catalog.=) "
"{table_literal}::pg_catalog.regclass AND indisvalid"
" AND pg_catalog.pg_get_expr(indpred, indrelid) "
"OPERATOR(pg_catalog.=) {rest_literal}";

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
					scim_lookup_types[lookup->kind].declaration,
					scim_lookup_expression(lookup, data));
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

/*
 * What is there already may not be unique: said with the values, which CREATE
 * INDEX does not tell every caller.
 */
static void
refuse_duplicates(const ScimPlannedLookup *lookup, const char *table, const ScimWord *words)
{
	ScimError  *error;
	bool		alone;

	scim_run_ddl("SELECT DISTINCT {column}::pg_catalog.text FROM {table} WHERE {column} IS NOT NULL"
				 " GROUP BY {tenant}, {column} HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1"
				 " ORDER BY 1 LIMIT " SCIM_FOUND, words);
	if (SPI_processed == 0)
		return;
	alone = SPI_processed == 1;
	error = scim_error(SCIM_NOT_YET_UNIQUE);
	scim_error_text(error, "attribute", lookup->path.text);
	scim_error_text(error, "value", SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	scim_throw(error, "%s cannot be unique: several rows of table %s have the %-s %-s",
			   lookup->path.text, table, alone ? "value" : "same value, as of each of",
			   scim_found_values());
}

/* An index that is made under protection. */
typedef struct MadeIndex
{
	const char *text;
	const ScimWord *words;
} MadeIndex;

static void
make_index(void *argument)
{
	const MadeIndex *index = argument;

	scim_run_ddl(index->text, index->words);
}

/* It may have been left when the other one was dropped. */
static void
make_rest_index(const ScimWord *words)
{
	scim_run_ddl(find_rest_index, words);
	if (SPI_processed == 0)
		scim_run_ddl(rest_index, words);
}

/* Values that plain SQL wrote, and no index holds. */
static void
refuse_long(const ScimPlannedLookup *lookup, const char *table, const ScimWord *words)
{
	ScimError  *error = scim_error(SCIM_STORED_TOO_LONG);

	scim_run_ddl(scim_has_values(lookup->kind)
				 ? "SELECT {id} FROM {table} WHERE EXISTS (SELECT FROM "
				 "pg_catalog.unnest({column}) AS v"
				 " WHERE pg_catalog.octet_length(v) "
				 "OPERATOR(pg_catalog.>) " SCIM_LOOKUP_BYTES_TEXT ")"
				 " ORDER BY {tenant}, {id} LIMIT " SCIM_FOUND
				 : "SELECT {id} FROM {table} WHERE "
				 "pg_catalog.octet_length({column}::pg_catalog.text)"
				 " OPERATOR(pg_catalog.>) " SCIM_LOOKUP_BYTES_TEXT
				 " ORDER BY {tenant}, {id} LIMIT " SCIM_FOUND,
				 words);
	scim_error_text(error, "path", lookup->path.text);
	scim_error_integer(error, "limit", SCIM_LOOKUP_BYTES);
	scim_throw(error,
			   "%s cannot be looked up: rows of table %s have values of more than %d bytes; their "
			   "ids: %-s",
			   lookup->path.text, table, SCIM_LOOKUP_BYTES, scim_found_values());
}

void
scim_make_lookup_index(const ScimPlannedLookup *lookup, const char *table,
					   const char *tenant, const char *id)
{
	char	   *rest = psprintf("(%s IS NULL)", quote_identifier(lookup->column));
	char	   *comment = psprintf("To look up %s, %s", lookup->path.text,
								   scim_lookup_types[lookup->kind].comment);
	ScimWord	words[] = {
		{"table", table},
		{"tenant", tenant},
		{"id", id},
		{"column", pstrdup(quote_identifier(lookup->column))},
		{"comment", quote_literal_cstr(comment)},
		{"ext", scim_extension_schema("scimver")},
		{"table_literal", quote_literal_cstr(table)},
		{"rest_literal", quote_literal_cstr(rest)},
		{NULL}
	};
	MadeIndex	index = {plain_index, words};
	ErrorData  *failure;

	if (lookup->unique)
		index.text = unique_index;
	else if (scim_has_values(lookup->kind))
		index.text = values_index;
	scim_run_ddl(comment_on_lookup, words);
	if (lookup->unique)
		refuse_duplicates(lookup, table, words);
	failure = scim_protect(make_index, &index);
	if (failure && failure->sqlerrcode == ERRCODE_PROGRAM_LIMIT_EXCEEDED)
		refuse_long(lookup, table, words);
	if (failure)
		ReThrowError(failure);
	if (lookup->unique)
		make_rest_index(words);
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
					   scim_set_lookup_in_mapping(trigger->tgargs[SCIM_MAPPING_ARGUMENT], path,
												  column));
	table_close(relation, NoLock);
	CommandCounterIncrement();
}

/* Behind the other actions of the ALTER TABLE: all of it is one rewriting. */
static void
add_columns(const char *table, const char *data, StringInfo actions, List *added)
{
	ScimWord	words[] = {{"table", table}, {"actions"}, {NULL}};
	ListCell   *cell;

	foreach(cell, added)
		appendStringInfo(actions, "%sADD COLUMN %s", actions->len > 0 ? ", " : "",
						 definition(lfirst(cell), data));
	if (added)
		ereport(NOTICE, (errmsg("table %s is rewritten under an exclusive lock, as lookup columns "
								"are stored",
								table)));
	words[1].text = actions->data;
	scim_run_ddl("ALTER TABLE {table} {actions}", words);
}

void
scim_add_lookups(const char *table, const char *data, List *added)
{
	StringInfoData actions;

	initStringInfo(&actions);
	if (added)
		add_columns(table, data, &actions, added);
}

void
scim_alter_lookups(const ScimRegistration *table, List *dropped, List *added)
{
	StringInfoData actions;
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
	add_columns(table->table, table->columns[SCIM_COLUMN_DATA], &actions, added);
	foreach(cell, added)
	{
		const ScimPlannedLookup *lookup = lfirst(cell);

		set_lookup(table, lookup->path.text, lookup->column);
		scim_make_lookup_index(lookup, table->table, table->columns[SCIM_COLUMN_TENANT],
							   table->columns[SCIM_COLUMN_ID]);
	}
	scim_grant_tables_to_all();
}
