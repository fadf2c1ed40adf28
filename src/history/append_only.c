/*
 * append_only.c
 *		The trigger of the history's table: what was written stays as it was
 *		written, whoever asks.
 */
#include "postgres.h"

#include "base/errors.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_append_only_trigger);

/*
 * scim_append_only_trigger(): BEFORE UPDATE FOR EACH ROW, so that replication
 * meets it, too, and BEFORE TRUNCATE FOR EACH STATEMENT.  PERMISSION_DENIED
 */
Datum
scim_append_only_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" must be fired as a BEFORE trigger",
							   "scim_append_only_trigger")));
	scim_throw(scim_error(SCIM_HISTORY_KEPT), "table %s is never %-s, be it by its owner",
			   RelationGetRelationName(data->tg_relation),
			   TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) ? "truncated" : "updated");
	PG_RETURN_NULL();
}
