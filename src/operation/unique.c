/*
 * unique.c
 *		UNIQUENESS, with the attribute, its value, and the resource that has it
 *		already.
 *
 * The unique index decides; what is found here beforehand makes a better error
 * of it, and one at once: two calls that swap their values would wait for one
 * another in the index.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/number.h"
#include "column/value.h"
#include "executor/spi.h"
#include "operation/unique.h"
#include "query/column.h"
#include "registry/index.h"
#include "registry/lookup.h"
#include "registry/lookup_columns.h"
#include "resource/mapped_split.h"
#include "statement/parameters.h"
#include "statement/required.h"
#include "statement/sql.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/* A value of a lookup, given as the text $2, as the lookup's column has it. */
static const char *const column_values[SCIM_LOOKUP_KINDS] = {
	[SCIM_LOOKUP_EXACT] = "$2",
	[SCIM_LOOKUP_FOLDED] = "{ext}.scim_fold($2)",
	[SCIM_LOOKUP_NUMBER] = "$2::pg_catalog.numeric",
	[SCIM_LOOKUP_INSTANT] = "{ext}.scim_datetime($2)",
};

/* ---- values ---- */

/* The value as text; NULL if there is none that could be compared. */
static char *
value_text(const JsonbValue *value)
{
	if (value && value->type == jbvString)
		return scim_string_copy(value);
	if (value && value->type == jbvNumeric)
		return scim_number_text(value->val.numeric);
	return NULL;
}

/* The lookup's value in a document as stored. */
static bool
find_value(const ScimLookup *lookup, Jsonb *data, JsonbValue *value)
{
	scim_root(data, value);
	for (int i = 0; lookup->keys[i]; i++)
	{
		if (!scim_is_object(value) || !scim_find(value->val.binary.data, lookup->keys[i], value))
			return false;
	}
	return true;
}

/* ---- who has it ---- */

/* The id in the first row of SPI_tuptable, or NULL. */
static char *
first_id(const ScimRegistration *registration)
{
	bool		isnull;
	Datum		id;

	if (SPI_processed == 0)
		return NULL;
	id = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return scim_row_id(registration, id, isnull);
}

/* The id of the resource with the value, as far as the caller may see it; or NULL.  Within SPI. */
static char *
find_holder(const ScimRegistration *registration, const ScimLookup *lookup, const char *tenant,
			const char *value)
{
	Oid			types[] = {scim_tenant_parameter(registration), TEXTOID};
	Datum		values[2];
	StringInfoData sql;
	const char *column_value = column_values[lookup->kind];

	if (column_value == NULL)
		return NULL;
	initStringInfo(&sql);
	scim_append_statement(&sql, "SELECT {id} FROM {table} WHERE {in_tenant} AND ", registration);
	appendStringInfo(&sql, "%s OPERATOR(pg_catalog.=) ", lookup->column);
	scim_append_statement(&sql, column_value, registration);
	values[0] = scim_tenant_datum(registration, tenant);
	values[1] = CStringGetTextDatum(value);
	if (SPI_execute_with_args(sql.data, 2, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not execute \"%s\"", sql.data);
	return first_id(registration);
}

static SCIM_NORETURN void throw_taken(ScimError *error, const ScimRegistration *registration,
									  const char *path, const char *value);

static void
throw_taken(ScimError *error, const ScimRegistration *registration, const char *path,
			const char *value)
{
	scim_error_text(error, "attribute", path);
	scim_error_text(error, "value", value);
	if (value)
		scim_throw(error, "%s \"%s\" is taken by another %s", path, value,
				   registration->type->name);
	scim_throw(error, "%s is taken by another %s", path, registration->type->name);
}

/* The same, by the resource with that id. */
static SCIM_NORETURN void throw_taken_by(const ScimRegistration *registration, const char *path,
										 const char *value, const char *existing);

static void
throw_taken_by(const ScimRegistration *registration, const char *path, const char *value,
			   const char *existing)
{
	ScimError  *error = scim_error(SCIM_UNIQUENESS);

	scim_error_whole(error, "existing_id", existing);
	throw_taken(error, registration, path, value);
}

/* ---- updates ---- */

/* A unique value that the row takes. */
typedef struct Claim
{
	char	   *path;
	char	   *value;
} Claim;

/* The value is about to be taken: should it be lost in a race, the error will name it. */
static void
claim(ScimCall *call, const ScimLookup *lookup, const char *value)
{
	MemoryContext old = MemoryContextSwitchTo(call->context);
	Claim	   *claim = palloc(sizeof(Claim));

	claim->path = pstrdup(lookup->path);
	claim->value = pstrdup(value);
	call->claims = lcons(claim, call->claims);
	MemoryContextSwitchTo(old);
}

static void
check_value(ScimCall *call, const ScimLookup *lookup, const char *value)
{
	char	   *holder;

	claim(call, lookup, value);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	holder = find_holder(call->registration, lookup, call->tenant, value);
	if (holder && strcmp(holder, call->id) != 0)
		throw_taken_by(call->registration, lookup->path, value, holder);
	SPI_finish();
}

/* Does the row get another value, and not just lose the one that it has? */
static bool
takes_value(const ScimLookup *lookup, Jsonb *old, Jsonb *new, JsonbValue *value)
{
	JsonbValue	before;

	return lookup->unique && find_value(lookup, new, value) &&
		!(find_value(lookup, old, &before) && scim_equal(&before, value));
}

bool
scim_changes_unique(const ScimRegistration *registration, Jsonb *old, Jsonb *new)
{
	for (int i = 0; i < registration->lookup_count; i++)
	{
		JsonbValue	value;

		if (takes_value(&registration->lookups[i], old, new, &value))
			return true;
	}
	return false;
}

void
scim_check_unique(ScimCall *call, Jsonb *old, Jsonb *new)
{
	for (int i = 0; i < call->registration->lookup_count; i++)
	{
		const ScimLookup *lookup = &call->registration->lookups[i];
		JsonbValue	value;
		char	   *text;

		if (!takes_value(lookup, old, new, &value))
			continue;
		text = value_text(&value);
		if (text)
			check_value(call, lookup, text);
	}
}

/* ---- mapped tables ---- */

/*
 * Runs the statement, of which the last condition is to come: that it is
 * another resource than the call's.
 */
static char *
run_for_other(ScimSql *sql, const ScimCall *call)
{
	const ScimRegistration *registration = call->registration;

	if (call->id)
	{
		scim_append_template(sql, " AND {id}" SQL_OP("<>"), registration);
		scim_append_id(sql, registration, call->id);
	}
	appendStringInfoString(&sql->text, " LIMIT 1");
	scim_run_fresh_sql(sql, registration);
	return first_id(registration);
}

/* The same as find_holder, of another row than the call's that is in the condition. */
static char *
find_other_holder(const ScimCall *call, const char *condition, const ScimMappedColumn *column,
				  Datum value)
{
	const ScimRegistration *registration = call->registration;
	JsonbValue	json = scim_column_to_json(column, value);
	ScimSql		sql;

	scim_init_sql(&sql, registration, call->tenant, false);
	scim_append_template(&sql, psprintf("SELECT {id} FROM {table} AS r WHERE %s AND ", condition),
						 registration);
	if (!scim_mapped_equals_sql(&sql, column, &json))
		return NULL;
	return run_for_other(&sql, call);
}

/* The same of a value in the document. */
static char *
find_holder_in_data(const ScimCall *call, const ScimLookup *lookup, const char *value)
{
	const ScimRegistration *registration = call->registration;
	ScimSql		sql;

	if (column_values[lookup->kind] == NULL)
		return NULL;
	/* column_values name the second parameter */
	scim_init_sql(&sql, registration, call->tenant, false);
	scim_append_text_argument(&sql, value);
	resetStringInfo(&sql.text);
	scim_append_template(&sql, "SELECT {id} FROM {table} WHERE {in_tenant} AND ", registration);
	appendStringInfo(&sql.text, "%s" SQL_OP("="), scim_in_data_sql(registration, lookup));
	scim_append_template(&sql, column_values[lookup->kind], registration);
	return run_for_other(&sql, call);
}

static void
check_in_data(const ScimCall *call)
{
	const ScimSplit *split = call->split;

	for (int i = 0; i < call->registration->in_data_count; i++)
	{
		const ScimLookup *lookup = &call->registration->in_data[i];
		JsonbValue	before;
		JsonbValue	after;
		char	   *text;
		char	   *holder;

		if (!find_value(lookup, split->data, &after) ||
			(split->old_data && find_value(lookup, split->old_data, &before) &&
			 scim_equal(&before, &after)))
			continue;
		text = value_text(&after);
		holder = text ? find_holder_in_data(call, lookup, text) : NULL;
		if (holder)
			throw_taken_by(call->registration, lookup->path, text, holder);
	}
}

static SCIM_NORETURN void throw_taken_by_deleted(const ScimCall *call,
												 const ScimMappedColumn *column, const char *id);

static void
throw_taken_by_deleted(const ScimCall *call, const ScimMappedColumn *column, const char *id)
{
	const ScimRegistration *registration = call->registration;
	const char *value = scim_claimed_value(call, column->path);
	ScimError  *error = scim_error(SCIM_TAKEN_BY_DELETED);

	scim_error_text(error, "attribute", column->path);
	scim_error_text(error, "value", value);
	scim_error_words(error, scim_live_index_sql(registration, column->index_relid));
	scim_throw(error, "%s \"%s\" is taken by the %s \"%s\", which is marked as deleted",
			   column->path, value ? value : "", registration->type->name, id);
}

/*
 * Nobody else may have the value that the call writes: nor who is marked as
 * deleted, if the index looks at that row.
 */
static void
check_mapped(const ScimCall *call, const ScimMappedColumn *column, Datum value)
{
	char	   *holder = find_other_holder(call, "{in_tenant}", column, value);

	if (holder)
		throw_taken_by(call->registration, column->path, scim_claimed_value(call, column->path),
					   holder);
	if (!scim_index_holds_deleted(call->registration, column->index_relid))
		return;
	holder = find_other_holder(call, "{of_tenant} AND NOT {live:r}", column, value);
	if (holder)
		throw_taken_by_deleted(call, column, holder);
}

void
scim_check_split(const ScimCall *call)
{
	const ScimSplit *split = call->split;

	for (int i = 0; split && i < call->registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &call->registration->mapped[i];

		if (column->unique && split->changed[i] && !split->columns.nulls[i])
			check_mapped(call, column, split->columns.values[i]);
	}
	if (split && split->data_changed && split->data)
		check_in_data(call);
}

/* ---- what was not written ---- */

void
scim_throw_taken(const ScimRegistration *registration, const char *tenant, Jsonb *document)
{
	for (int i = 0; i < registration->lookup_count; i++)
	{
		const ScimLookup *lookup = &registration->lookups[i];
		JsonbValue	value;
		char	   *text = lookup->unique && find_value(lookup, document, &value)
		? value_text(&value) : NULL;
		char	   *holder = text ? find_holder(registration, lookup, tenant, text) : NULL;

		if (holder)
			throw_taken_by(registration, lookup->path, text, holder);
	}
	scim_throw(scim_error(SCIM_TAKEN_UNSEEN),
			   "another %s has one of these values already, or a trigger of table %s skipped this "
			   "one",
			   registration->type->name, registration->table);
}

const char *
scim_claimed_value(const ScimCall *call, const char *path)
{
	ListCell   *cell;

	foreach(cell, call->claims)
	{
		const Claim *claim = lfirst(cell);

		if (strcmp(claim->path, path) == 0)
			return claim->value;
	}
	for (int i = 0; call->split && i < call->registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &call->registration->mapped[i];
		JsonbValue	value;

		if (!call->split->changed[i] || call->split->columns.nulls[i] ||
			strcmp(column->path, path) != 0)
			continue;
		value = scim_column_to_json(column, call->split->columns.values[i]);
		return value_text(&value);
	}
	return NULL;
}

/* The attribute that a unique index of a created table keeps apart, or NULL. */
static const char *
path_of_index(const ScimRegistration *registration, const char *index)
{
	for (int i = 0; index && i < registration->lookup_count; i++)
	{
		const ScimLookup *lookup = &registration->lookups[i];

		if (lookup->index && strcmp(lookup->index, index) == 0)
			return lookup->path;
	}
	return NULL;
}

void
scim_throw_lost(const ScimCall *call, const char *path, const char *index)
{
	const ScimRegistration *registration = call->registration;
	Oid			oid = index ? get_relname_relid(index, get_rel_namespace(registration->relid))
	: InvalidOid;
	bool		deleted = scim_index_holds_deleted(registration, oid);
	ScimError  *error = scim_error(deleted ? SCIM_TAKEN_MAYBE_BY_DELETED : SCIM_TAKEN_UNSEEN);

	if (deleted)
		scim_error_words(error, scim_live_index_sql(registration, oid));
	if (path == NULL)
		path = path_of_index(registration, index);
	if (path)
		throw_taken(error, registration, path, scim_claimed_value(call, path));
	scim_throw(error, "another %s has this value already (constraint \"%s\")",
			   registration->type->name, index ? index : "unknown");
}
