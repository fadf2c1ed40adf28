/*
 * lookup_ddl.c
 *		Making lookup columns and their indexes.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "store/ddl.h"
#include "store/lookup_ddl.h"
#include "utils/builtins.h"

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

static bool
has_values(const ScimPlannedLookup *lookup)
{
	return lookup->kind == SCIM_LOOKUP_VALUES_EXACT || lookup->kind == SCIM_LOOKUP_VALUES_FOLDED;
}

char *
scim_lookup_definitions(List *plans, const char *data)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, plans)
	{
		const ScimPlannedLookup *lookup = lfirst(cell);

		appendStringInfo(&text, " %s %s GENERATED ALWAYS AS (%s) STORED,",
						 quote_identifier(lookup->column),
						 scim_lookup_types[lookup->kind].declaration,
						 scim_lookup_expression(lookup, data));
	}
	return text.data;
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
	scim_run_ddl(lookup->unique ? unique_index : has_values(lookup) ? values_index : plain_index, words);
}
