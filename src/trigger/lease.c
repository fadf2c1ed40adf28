/*
 * lease.c
 *		The BEFORE triggers of tables with the option enforce: what others hold, or a
 *		policy keeps, is not deleted, whoever does it.
 *
 * A DELETE has the row locked when it fires the one, a TRUNCATE the table when it fires
 * the other: nobody can take a lease meanwhile.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "decision/guard.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "registry/our_trigger.h"
#include "trigger/work.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_lease_trigger);

static void
check_trigger(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	scim_check_called(fcinfo, "scim_lease_trigger");
	if (!TRIGGER_FIRED_BEFORE(data->tg_event) ||
		!(TRIGGER_FIRED_FOR_ROW(data->tg_event) ? TRIGGER_FIRED_BY_DELETE(data->tg_event)
		  : TRIGGER_FIRED_BY_TRUNCATE(data->tg_event)))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" must be fired BEFORE DELETE FOR EACH ROW, or "
							   "BEFORE TRUNCATE FOR EACH STATEMENT",
							   "scim_lease_trigger")));
	if (scim_trigger_kind(data->tg_trigger) != SCIM_LEASE_KIND)
		scim_refuse_trigger(data->tg_relation, data->tg_trigger);
}

/*
 * A row that an UPDATE moves to another partition goes here, too, as what moves it is another
 * key: whoever may not do that was told so by the row trigger.
 */
static void
guard_deleted(const TriggerData *data, const ScimRegistration *here)
{
	ScimTriggerRow work;

	if (!scim_leases_bind(here))
		return;
	scim_work_start_after(&work, here, data);
	if (scim_work_is_resource(&work, &work.old))
		scim_guard_delete(here, scim_work_tenant(&work, &work.old),
						  scim_work_id(&work, &work.old));
}

/*
 * scim_lease_trigger(resource type): BEFORE DELETE FOR EACH ROW, or BEFORE TRUNCATE FOR
 * EACH STATEMENT.  Errors: LEASE_HELD, LEASE_LOST, those of policies, INVALID_MAPPING.
 */
Datum
scim_lease_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const ScimRegistration *here;

	check_trigger(fcinfo);
	here = scim_row_registration(data->tg_relation);
	if (here && TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		scim_guard_all(here, SCIM_DELETES);
	else if (here)
		guard_deleted(data, here);
	return PointerGetDatum(data->tg_trigtuple);
}
