/*
 * history.c
 *		The triggers by which the history is written.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "registry/our_trigger.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_history_trigger);

/* Is it fired as one of the two that scimver makes? */
static void
check_trigger(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	scim_check_called(fcinfo, "scim_history_trigger");
	if (!(TRIGGER_FIRED_AFTER(data->tg_event) && TRIGGER_FIRED_FOR_ROW(data->tg_event)) &&
		!(TRIGGER_FIRED_BEFORE(data->tg_event) && TRIGGER_FIRED_BY_TRUNCATE(data->tg_event)))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" must be fired AFTER changes, FOR EACH ROW, or "
							   "BEFORE TRUNCATE",
							   "scim_history_trigger")));
	if (scim_trigger_kind(data->tg_trigger) != SCIM_HISTORY_KIND)
		scim_refuse_trigger(data->tg_relation, data->tg_trigger);
}

/*
 * scim_history_trigger(resource type): AFTER INSERT OR UPDATE OR DELETE FOR EACH
 * ROW, or BEFORE TRUNCATE.  Errors: INVALID_MAPPING.
 */
Datum
scim_history_trigger(PG_FUNCTION_ARGS)
{
	check_trigger(fcinfo);
	return PointerGetDatum(NULL);
}
