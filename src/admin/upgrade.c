/*
 * upgrade.c
 *		What ALTER EXTENSION scimver UPDATE does to tables that are registered.
 *
 * The upgrade script makes an SQL function of this, calls it, and drops it again:
 * nobody else can.  It runs as who updates the extension, a superuser, whoever
 * owns the tables: catalogs are read and written, and no code of theirs is run.
 */
#include "postgres.h"

#include "access/xact.h"
#include "admin/inspect_triggers.h"
#include "admin/mend.h"
#include "base/errors.h"
#include "base/protect.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/our_trigger.h"
#include "registry/schemas.h"
#include "statement/ddl.h"
#include "utils/builtins.h"
#include "utils/inval.h"

PG_FUNCTION_INFO_V1(scim_begin_history);

/* ---- triggers ---- */

/* A table that is to have its history. */
typedef struct Beginning
{
	const ScimResourceType *type;
	List	   *mends;
	uint64		made;			/* triggers */
} Beginning;

/* What stands in the way is for the DBA, and for scim_check_table, to say again. */
static void
note_problem(const ScimProblem *problem, void *argument)
{
	Beginning  *beginning = argument;

	if (problem->mend == NULL)
		ereport(WARNING, (errmsg_internal("%s", problem->detail)));
	scim_collect_mend(problem, &beginning->mends);
}

static void
begin_history(void *argument)
{
	Beginning  *beginning = argument;
	const ScimRegistration *table = scim_find_table(beginning->type);

	if (table == NULL)
		return;
	/* what this session knows of it may be of before there was a history */
	CacheInvalidateRelcacheByRelid(table->relid);
	CommandCounterIncrement();
	table = scim_find_table(beginning->type);
	scim_inspect_history_triggers(table, note_problem, beginning);
	beginning->made = scim_run_mends(beginning->mends);
}

/* A table whose mapping does not fit any more must not be in the way of an update. */
static void
begin_or_warn(Beginning *beginning)
{
	ErrorData  *error = scim_protect(begin_history, beginning);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	if (error)
		ereport(WARNING,
				(errmsg("nothing is kept of what resources of type %s were: %s",
						beginning->type->name, error->message),
				 errhint("scim_repair_table makes the triggers that their table lacks.")));
}

/* ---- privileges ---- */

/* Who may make the row trigger may make those of the history. */
static const char *const find_grants =
"SELECT pg_catalog.format('GRANT EXECUTE ON FUNCTION %s.scim_history_trigger() TO %s%s', {ext},"
" CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'PUBLIC'"
" ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,"
" CASE WHEN pg_catalog.bool_or(a.is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END)"
" FROM pg_catalog.pg_proc AS p, LATERAL pg_catalog.aclexplode(p.proacl) AS a"
" WHERE p.oid OPERATOR(pg_catalog.=) {row_trigger}::pg_catalog.oid"
" AND a.grantee OPERATOR(pg_catalog.<>) p.proowner GROUP BY a.grantee ORDER BY a.grantee";

/*
 * As a DBA grants it, not as the extension does: dumps leave out what extensions
 * grant.
 */
static void
grant_history_trigger(void)
{
	ScimWord	words[] = {
		{"ext", quote_literal_cstr(scim_extension_schema("scimver"))},
		{"row_trigger", psprintf("%u", scim_trigger_function(SCIM_ROW_KIND))},
		{NULL}
	};
	static const ScimWord no_words[] = {{NULL}};
	bool		in_script = creating_extension;
	List	   *grants = NIL;
	ListCell   *cell;

	scim_run_ddl(find_grants, words);
	for (uint64 i = 0; i < SPI_processed; i++)
		grants = lappend(grants,
						 SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	creating_extension = false;
	foreach(cell, grants)
		scim_run_ddl(lfirst(cell), no_words);
	creating_extension = in_script;
}

/*
 * scim_begin_history() -> bigint, how many triggers were made: the tables whose
 * history is to be kept, and was not before there was one.  Who may make the other
 * triggers may make these from then on.
 */
Datum
scim_begin_history(PG_FUNCTION_ARGS)
{
	uint64		made = 0;

	scim_lock_registrations();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	grant_history_trigger();
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		Beginning	beginning = {.type = *type};

		begin_or_warn(&beginning);
		made += beginning.made;
	}
	SPI_finish();
	PG_RETURN_INT64(made);
}
