/*
 * upgrade.c
 *		What ALTER EXTENSION scimver UPDATE does to tables that are registered, and to
 *		functions that get other arguments.
 *
 * The upgrade script makes SQL functions of this, calls them, and drops them again:
 * nobody else can.  They run as who updates the extension, a superuser, whoever
 * owns the tables: catalogs are read and written, and no code of theirs is run.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "admin/inspect_triggers.h"
#include "admin/mend.h"
#include "base/errors.h"
#include "base/protect.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "registry/our_trigger.h"
#include "registry/schemas.h"
#include "statement/ddl.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(scim_begin_history);
PG_FUNCTION_INFO_V1(scim_hand_over_rights);
PG_FUNCTION_INFO_V1(scim_replace_functions);

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

/* Who may make the row trigger may make those of the history, and those for leases. */
static const char *const find_grants =
"SELECT pg_catalog.format('GRANT EXECUTE ON FUNCTION %1$s.scim_history_trigger(),"
" %1$s.scim_lease_trigger() TO %2$s%3$s', {ext},"
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
grant_triggers(void)
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
	grant_triggers();
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		Beginning	beginning = {.type = *type};

		begin_or_warn(&beginning);
		made += beginning.made;
	}
	SPI_finish();
	PG_RETURN_INT64(made);
}

/* ---- functions that get other arguments ---- */

/* A function's owner and rights, as they are in the catalog. */
typedef struct FunctionRights
{
	Oid			owner;
	Acl		   *acl;			/* NULL: those that the owner's functions have by default */
	int			member_count;
	Oid		   *members;		/* roles that the acl names */
} FunctionRights;

static void
read_rights(HeapTuple tuple, FunctionRights *rights)
{
	bool		isnull;
	Datum		acl = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proacl, &isnull);

	memset(rights, 0, sizeof(FunctionRights));
	rights->owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	if (isnull)
		return;
	rights->acl = DatumGetAclPCopy(acl);
	rights->member_count = aclmembers(rights->acl, &rights->members);
}

static HeapTuple
find_function(Oid function)
{
	HeapTuple	tuple = SearchSysCacheCopy1(PROCOID, ObjectIdGetDatum(function));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	return tuple;
}

/*
 * Owner and rights, grantors and all, go to the function that comes instead.  Not by
 * GRANT and REVOKE, which in a script would become the extension's own, and nothing
 * that a dump has to tell.
 */
static void
hand_over_rights(Relation catalog, Oid from, Oid to)
{
	HeapTuple	tuple = find_function(to);
	Datum		values[Natts_pg_proc] = {0};
	bool		nulls[Natts_pg_proc] = {0};
	bool		replace[Natts_pg_proc] = {0};
	FunctionRights given;
	FunctionRights made;

	read_rights(find_function(from), &given);
	read_rights(tuple, &made);
	values[Anum_pg_proc_proowner - 1] = ObjectIdGetDatum(given.owner);
	values[Anum_pg_proc_proacl - 1] = PointerGetDatum(given.acl);
	nulls[Anum_pg_proc_proacl - 1] = given.acl == NULL;
	replace[Anum_pg_proc_proowner - 1] = replace[Anum_pg_proc_proacl - 1] = true;
	tuple = heap_modify_tuple(tuple, RelationGetDescr(catalog), values, nulls, replace);
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	changeDependencyOnOwner(ProcedureRelationId, to, given.owner);
	updateAclDependencies(ProcedureRelationId, to, 0, given.owner, made.member_count,
						  made.members, given.member_count, given.members);
	InvokeObjectPostAlterHook(ProcedureRelationId, to, 0);
}

/*
 * scim_hand_over_rights(old regprocedure, new regprocedure): the new one, which is made
 * already, gets the owner and the rights of the old one, which stays: it does the same.
 */
Datum
scim_hand_over_rights(PG_FUNCTION_ARGS)
{
	Relation	catalog = table_open(ProcedureRelationId, RowExclusiveLock);

	hand_over_rights(catalog, PG_GETARG_OID(0), PG_GETARG_OID(1));
	table_close(catalog, RowExclusiveLock);
	PG_RETURN_VOID();
}

static void
drop_functions(void *argument)
{
	performMultipleDeletions(argument, DROP_RESTRICT, 0);
}

/* Who uses one of them is told all that is in the way at once, and what to do. */
static void
drop_or_tell(ObjectAddresses *functions)
{
	ErrorData  *error = scim_protect(drop_functions, functions);

	if (error == NULL)
		return;
	if (error->sqlerrcode == ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST)
	{
		error->message = "functions of scimver that get other arguments are used by other objects";
		error->hint = "Drop those, run ALTER EXTENSION scimver UPDATE, and make them again.";
	}
	ReThrowError(error);
}

static int
read_functions(ArrayType *array, Datum **functions)
{
	bool	   *nulls;
	int			count;

	deconstruct_array(array, REGPROCEDUREOID, sizeof(Oid), true, TYPALIGN_INT, functions, &nulls,
					  &count);
	return count;
}

/*
 * scim_replace_functions(old regprocedure[], new regprocedure[]): each new one, which is
 * made already, gets the owner and the rights of the old one in its place, which goes.
 */
Datum
scim_replace_functions(PG_FUNCTION_ARGS)
{
	ObjectAddresses *functions = new_object_addresses();
	Relation	catalog = table_open(ProcedureRelationId, RowExclusiveLock);
	Datum	   *from;
	Datum	   *to;
	int			count = read_functions(PG_GETARG_ARRAYTYPE_P(0), &from);

	if (read_functions(PG_GETARG_ARRAYTYPE_P(1), &to) != count)
		elog(ERROR, "not as many functions come as go");
	for (int i = 0; i < count; i++)
	{
		ObjectAddress function;

		hand_over_rights(catalog, DatumGetObjectId(from[i]), DatumGetObjectId(to[i]));
		ObjectAddressSet(function, ProcedureRelationId, DatumGetObjectId(from[i]));
		add_exact_object_address(&function, functions);
	}
	CommandCounterIncrement();
	drop_or_tell(functions);
	table_close(catalog, RowExclusiveLock);
	PG_RETURN_VOID();
}
