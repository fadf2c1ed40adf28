/*
 * sql.c
 *		Statements that are put together at run time.
 *
 * Their plans are saved by text.  Where it is not a look-up by key, PostgreSQL
 * decides after five runs whether one plan is good for all values.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "registry/cache.h"
#include "statement/parameters.h"
#include "statement/plans.h"
#include "statement/sql.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"

/* Plans of longer texts are not worth their memory. */
#define LONGEST_SAVED 8192

static void
make_room(ScimSql *sql, int count)
{
	if (count <= sql->room)
		return;
	sql->room = Max(16, Max(count, 2 * sql->room));
	sql->types = sql->types ? repalloc(sql->types, sql->room * sizeof(Oid)) :
		palloc(sql->room * sizeof(Oid));
	sql->values = sql->values ? repalloc(sql->values, sql->room * sizeof(Datum)) :
		palloc(sql->room * sizeof(Datum));
	sql->nulls = sql->nulls ? repalloc(sql->nulls, sql->room) : palloc(sql->room);
}

static void
append_literal(StringInfo out, Oid type, Datum value)
{
	Oid			function;
	bool		is_varlena;
	char	   *text = NULL;

	/* in an old time zone, an instant is written as it cannot be read */
	if (type == TIMESTAMPTZOID)
		text = scim_instant_text(DatumGetTimestampTz(value));
	getTypeOutputInfo(type, &function, &is_varlena);
	if (text == NULL)
		text = OidOutputFunctionCall(function, value);
	appendStringInfo(out, "%s::%s", quote_literal_cstr(text), format_type_be_qualified(type));
}

static void
append_parameter(ScimSql *sql, Oid type, Datum value, bool isnull)
{
	char		number[sizeof("-2147483648")];

	make_room(sql, sql->nargs + 1);
	sql->types[sql->nargs] = type;
	sql->values[sql->nargs] = value;
	sql->nulls[sql->nargs++] = isnull ? 'n' : ' ';
	pg_ltoa(sql->nargs, number);
	appendStringInfoChar(&sql->text, '$');
	appendStringInfoString(&sql->text, number);
}

/* A value that lives as long as the statement. */
static void
append_value(ScimSql *sql, Oid type, Datum value)
{
	if (sql->literals)
		append_literal(&sql->text, type, value);
	else
		append_parameter(sql, type, value, false);
}

void
scim_init_sql(ScimSql *sql, const ScimRegistration *registration, const char *tenant, bool literals)
{
	memset(sql, 0, sizeof(ScimSql));
	initStringInfo(&sql->text);
	sql->literals = literals;
	if (tenant == NULL)
		return;
	append_value(sql, scim_tenant_parameter(registration), scim_tenant_datum(registration, tenant));
	sql->own_tenant = !literals && scim_is_own_tenant(registration, sql->values[0]);
	sql->tenant = pstrdup(sql->text.data);
	resetStringInfo(&sql->text);
}

void
scim_copy_arguments(ScimSql *sql, const ScimSql *from)
{
	scim_init_sql(sql, NULL, NULL, from->literals);
	sql->tenant = from->tenant;
	make_room(sql, from->nargs);
	sql->nargs = from->nargs;
	memcpy(sql->types, from->types, from->nargs * sizeof(Oid));
	memcpy(sql->values, from->values, from->nargs * sizeof(Datum));
	memcpy(sql->nulls, from->nulls, from->nargs);
}

void
scim_append_argument(ScimSql *sql, Oid type, Datum value)
{
	int16		length;
	bool		by_value;

	/* a copy: what the caller points to may be gone when the statement runs */
	if (!sql->literals)
	{
		get_typlenbyval(type, &length, &by_value);
		value = datumCopy(value, by_value, length);
	}
	append_value(sql, type, value);
}

void
scim_append_null(ScimSql *sql, Oid type)
{
	if (sql->literals)
		appendStringInfo(&sql->text, "NULL::%s", format_type_be_qualified(type));
	else
		append_parameter(sql, type, (Datum) 0, true);
}

void
scim_append_text_argument(ScimSql *sql, const char *value)
{
	append_value(sql, TEXTOID, CStringGetTextDatum(value));
}

void
scim_append_id(ScimSql *sql, const ScimRegistration *registration, const char *id)
{
	append_value(sql, registration->id_type->type, scim_id_datum(registration, id));
}

void
scim_append_format(ScimSql *sql, const char *format, ...)
{
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&sql->text, format, args);
		va_end(args);
		if (needed == 0)
			return;
		enlargeStringInfo(&sql->text, needed);
	}
}

void
scim_append_template(ScimSql *sql, const char *text, const ScimRegistration *registration)
{
	scim_append_statement_for(&sql->text, text, registration, sql->tenant ? sql->tenant : "$1");
}

/* How a text is run. */
typedef struct Manner
{
	bool		fresh;			/* under a new snapshot */
	bool		template;		/* it has placeholders */
} Manner;

static SPIPlanPtr
prepare(const ScimSql *sql, const ScimRegistration *registration, const Manner *manner)
{
	int			options = manner->fresh ? CURSOR_OPT_GENERIC_PLAN : CURSOR_OPT_PARALLEL_OK;
	StringInfoData text = sql->text;

	if (manner->template)
	{
		initStringInfo(&text);
		scim_append_statement_for(&text, sql->text.data, registration,
								  sql->own_tenant ? scim_own_tenant_sql(registration)
								  : sql->tenant);
	}
	return scim_prepare(text.data, sql->nargs, sql->types, options, registration);
}

static SPIPlanPtr
find_plan(const ScimSql *sql, const ScimRegistration *registration, const Manner *manner)
{
	ScimPlanName name = {
		.relid = registration ? registration->relid : InvalidOid,
		.text = sql->text.data,
		.own_tenant = manner->template && sql->own_tenant
	};
	bool		saved = sql->text.len <= LONGEST_SAVED;
	SPIPlanPtr	plan = saved ? scim_saved_plan(&name) : NULL;
	uint64		generation = scim_registration_generation();

	if (plan)
		return plan;
	plan = prepare(sql, registration, manner);
	if (saved)
		scim_save_plan(&name, plan, generation);
	return plan;
}

static uint64
run(const ScimSql *sql, const ScimRegistration *registration, Manner manner)
{
	ScimRun		run = {0};
	int			result;

	run.plan = find_plan(sql, registration, &manner);
	run.read_only = !manner.fresh;
	run.mapped = registration && registration->storage->explains_denial ? registration : NULL;
	result = scim_run_compiled(&run, sql->values, sql->nulls);
	if (result < 0)
		elog(ERROR, "\"%s\" failed: %s", sql->text.data, SPI_result_code_string(result));
	return SPI_processed;
}

uint64
scim_run_sql(const ScimSql *sql, const ScimRegistration *registration)
{
	return run(sql, registration, (Manner) {0});
}

uint64
scim_run_fresh_sql(const ScimSql *sql, const ScimRegistration *registration)
{
	return run(sql, registration, (Manner) {.fresh = true});
}

uint64
scim_run_template(const ScimSql *sql, const ScimRegistration *registration)
{
	return run(sql, registration, (Manner) {.fresh = true, .template = true});
}

/* ---- by indexes ---- */

/*
 * A batch of a thousand rows out of a table of fifty thousand: the planner
 * takes reading all of the table for cheaper, and is right for one batch, but
 * not for all of them; and it knows nothing of a column that was empty when it
 * last looked.  It is asked for another plan by settings that hold while it
 * makes this one, and not for what triggers plan while it runs.
 */
static const char *const discouraged[] = {"enable_seqscan", "enable_bitmapscan",
	"enable_hashjoin", "enable_mergejoin",
"enable_sort", "jit"};

static void
set_for_plan(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

static void
plan_by_indexes(SPIPlanPtr plan)
{
	int			nesting = NewGUCNestLevel();
	CachedPlan *made;

	for (size_t i = 0; i < lengthof(discouraged); i++)
		set_for_plan(discouraged[i], "off");
	set_for_plan("enable_indexscan", "on");
	made = SPI_plan_get_cached_plan(plan);
	if (made)
		ReleaseCachedPlan(made, NULL);
	AtEOXact_GUC(true, nesting);
}

SPIPlanPtr
scim_prepare_by_index(const char *sql, int nargs, Oid *types)
{
	MemoryContext context = CurrentMemoryContext;
	SPIPlanPtr	plan = SPI_prepare_cursor(sql, nargs, types, CURSOR_OPT_GENERIC_PLAN);

	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
	plan_by_indexes(plan);
	/* SPI leaves its own */
	MemoryContextSwitchTo(context);
	return plan;
}

int
scim_run_by_index(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls,
				  bool read_only)
{
	MemoryContext context = CurrentMemoryContext;
	SPIPlanPtr	plan = scim_prepare_by_index(sql, nargs, types);
	int			result = SPI_execute_plan(plan, values, nulls, read_only, 0);

	SPI_freeplan(plan);
	MemoryContextSwitchTo(context);
	return result;
}
