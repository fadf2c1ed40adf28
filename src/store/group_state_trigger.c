/*
 * group_state_trigger.c
 *		The AFTER triggers of a table of groups of which scim_group_state tells:
 *		it must not tell of groups that are gone.
 *
 * A group that takes the id of one that went must not find what was known of
 * that one; so both who goes and who comes is forgotten.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "store/group_state.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_group_state_trigger);

/* Which group a row is: its key as texts. */
typedef struct GroupKey
{
	const char *tenant;
	const char *id;				/* NULL: it is none */
} GroupKey;

static GroupKey
read_group(const ScimRegistration *groups, TupleTableSlot *slot)
{
	GroupKey		group = {groups->tenant, NULL};
	bool		isnull;
	Datum		value;

	if (groups->tenant_type)
	{
		value = slot_getattr(slot, groups->numbers[SCIM_COLUMN_TENANT], &isnull);
		if (isnull)
			return group;
		group.tenant = scim_id_text(groups->tenant_type, value);
	}
	value = slot_getattr(slot, groups->numbers[SCIM_COLUMN_ID], &isnull);
	if (!isnull)
		group.id = scim_id_text(groups->id_type, value);
	return group;
}

static void
forget(const ScimRegistration *groups, const GroupKey *group)
{
	if (group->id)
		scim_forget_group_state(groups, group->tenant, group->id);
}

static bool
is_same(const GroupKey *a, const GroupKey *b)
{
	return a->id && b->id && strcmp(a->id, b->id) == 0 && strcmp(a->tenant, b->tenant) == 0;
}

static void
forget_row(const ScimRegistration *groups, const TriggerData *data)
{
	GroupKey		group = read_group(groups, data->tg_trigslot);
	GroupKey		next;

	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
	{
		next = read_group(groups, data->tg_newslot);
		if (is_same(&group, &next))
			return;
		forget(groups, &next);
	}
	forget(groups, &group);
}

/*
 * scim_group_state_trigger(resource type): AFTER INSERT, UPDATE, DELETE FOR EACH
 * ROW, or AFTER TRUNCATE.
 */
Datum
scim_group_state_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const ScimRegistration *groups;

	scim_check_called(fcinfo, "scim_group_state_trigger");
	if (!TRIGGER_FIRED_AFTER(data->tg_event) ||
		(!TRIGGER_FIRED_FOR_ROW(data->tg_event) && !TRIGGER_FIRED_BY_TRUNCATE(data->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired AFTER, FOR EACH ROW or by TRUNCATE", "scim_group_state_trigger")));
	if (scim_trigger_kind(data->tg_trigger) != SCIM_STATE_KIND)
		scim_refuse_trigger(data->tg_relation, data->tg_trigger);
	groups = scim_row_registration(data->tg_relation);
	if (groups == NULL)
		;						/* nothing is registered any more */
	else if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		scim_forget_group_states(groups);
	else
		forget_row(groups, data);
	return PointerGetDatum(NULL);
}
