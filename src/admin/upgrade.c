/*
 * upgrade.c
 *		What ALTER EXTENSION scimver UPDATE does to tables that are registered.
 *
 * The upgrade script makes an SQL function of this, calls it, and drops it again:
 * nobody else can.  It runs as who updates the extension, a superuser, whoever
 * owns the tables: catalogs are read and written, and no code of theirs is run.
 */
#include "postgres.h"

#include "admin/inspect_triggers.h"
#include "admin/mend.h"
#include "base/errors.h"
#include "base/protect.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "registry/relation.h"
#include "registry/schemas.h"

PG_FUNCTION_INFO_V1(scim_begin_history);

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

/*
 * scim_begin_history() -> bigint, how many triggers were made: the tables whose
 * history is to be kept, and was not before there was one.
 */
Datum
scim_begin_history(PG_FUNCTION_ARGS)
{
	uint64		made = 0;

	scim_lock_registrations();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		Beginning	beginning = {.type = *type};

		begin_or_warn(&beginning);
		made += beginning.made;
	}
	SPI_finish();
	PG_RETURN_INT64(made);
}
