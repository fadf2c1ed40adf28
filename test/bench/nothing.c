/*
 * nothing.c
 *		A row trigger in C that does nothing: what firing a trigger costs by
 *		itself; and a function that does nothing, where callgrind begins to count
 *		anew.  Built for script/bench only, and loaded from its own folder.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(bench_nothing);

/* The row as it came. */
Datum
bench_nothing(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(data->tg_event) ?
						   data->tg_newtuple : data->tg_trigtuple);
}

PG_FUNCTION_INFO_V1(bench_mark);

/* From here on it is the next that is counted. */
Datum
bench_mark(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}
