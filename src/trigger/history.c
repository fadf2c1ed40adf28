/*
 * history.c
 *		The triggers by which the history is written: what became of a row, whoever
 *		wrote it.
 *
 * AFTER each row, and not before it: a row that ON CONFLICT DO NOTHING or another
 * trigger drops has never been there.  By its name it is the first AFTER trigger,
 * so that memberships of a group are still there when it is deleted.
 *
 * A row is a resource while it has an id, a tenant and a document, is not marked as
 * deleted, and has a version: a row that becomes one is a creation, and one that is none any
 * more a delete, whatever statement does that.  So is another id, or tenant, a delete
 * and a creation; a row moves to another partition only with one of these.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "group/record.h"
#include "history/fold.h"
#include "history/mark.h"
#include "registry/cache.h"
#include "registry/our_trigger.h"
#include "resource/member_sum.h"
#include "trigger/content.h"
#include "trigger/members.h"
#include "trigger/work.h"
#include "utils/builtins.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_history_trigger);

/* ---- the row ---- */

/*
 * Can nobody read it, as its content has no canonical form?  It came with triggers
 * off, or to where no version is stored; it must not be in the way of its own repair.
 */
static bool
has_no_version(ScimTriggerRow *work, const ScimColumnValues *row)
{
	JsonbValue	content;

	if (!scim_work_is_null(work, row, SCIM_COLUMN_VERSION))
		return false;
	scim_root(scim_work_document(work, row), &content);
	return !scim_can_be_content(&content);
}

/* "row" may be none at all. */
static bool
is_live(ScimTriggerRow *work, const ScimColumnValues *row)
{
	return row->values && scim_work_is_resource(work, row) && !scim_work_is_marked(work, row) &&
		!has_no_version(work, row);
}

/* Is the version the one of what the row holds? */
static bool
is_of_content(ScimTriggerRow *work, const ScimColumnValues *row, const char *version)
{
	JsonbValue	content;

	scim_root(scim_work_document(work, row), &content);
	return scim_can_be_content(&content) && strcmp(scim_work_version(work, row), version) == 0;
}

/*
 * Was the old row, which has a password or gets one, written by somebody whom no
 * trigger saw?  Then the version that is stored is that of something else.  Nobody who
 * reads could tell once that password is gone; all else he proves by himself.
 */
static bool
was_written_unseen(ScimTriggerRow *work, const char *version)
{
	bool		counts = !scim_work_is_null(work, &work->old, SCIM_COLUMN_PASSWORD) ||
		(work->new.values && !scim_work_same(work, SCIM_COLUMN_PASSWORD));

	return counts && !scim_is_refilling(work->registration->root) &&
		!is_of_content(work, &work->old, version);
}

/* The version of then; NULL: nobody can tell. */
static const char *
version_at(ScimTriggerRow *work, const ScimColumnValues *row)
{
	if (!scim_work_is_null(work, row, SCIM_COLUMN_VERSION))
	{
		char	   *version = TextDatumGetCString(scim_work_value(work, row, SCIM_COLUMN_VERSION));

		return row == &work->old && was_written_unseen(work, version) ? NULL : version;
	}
	if (row == &work->old && work->lost_members)
		return NULL;
	return scim_work_version(work, row);
}

/* Whose change it is, and which revision that makes it. */
static ScimChange
change_of(const ScimTriggerRow *work, const ScimColumnValues *row, ScimHistoryOperation operation)
{
	ScimChange	change = {
		.operation = operation,
		.type = work->registration->type->name,
		.tenant = scim_work_tenant(work, row),
		.id = scim_work_id(work, row)
	};

	change.has_revision = scim_work_integer(work, row, SCIM_COLUMN_REVISION, &change.revision);
	if (operation == SCIM_HISTORY_DELETE ||
		!scim_work_instant(work, row, SCIM_COLUMN_LAST_MODIFIED, &change.at))
		change.at = GetCurrentTimestamp();
	return change;
}

/* ---- what became of it ---- */

/* Of a document that came, or went. */
static void
add_whole(ScimTriggerRow *work, const ScimColumnValues *row, ScimChange *change)
{
	scim_whole_delta(scim_work_document(work, row), change->operation == SCIM_HISTORY_DELETE,
					 &change->delta);
	change->password = !scim_work_is_null(work, row, SCIM_COLUMN_PASSWORD);
}

/* Without a foreign key, a group's memberships may come before it. */
static void
add_first_members(ScimTriggerRow *work, ScimChange *change)
{
	if (!work->registration->type->has_members ||
		scim_work_members(work, &work->new)->count == 0)
		return;
	change->moves = scim_unknown_moves();
	change->members_before.known = true;
}

static void
record_create(ScimTriggerRow *work)
{
	ScimChange	change = change_of(work, &work->new, SCIM_HISTORY_CREATE);

	change.version = version_at(work, &work->new);
	add_whole(work, &work->new, &change);
	add_first_members(work, &change);
	scim_record(work->registration, &change);
}

static void
record_delete(ScimTriggerRow *work)
{
	ScimChange	change = change_of(work, &work->old, SCIM_HISTORY_DELETE);

	if (work->registration->type->has_members)
	{
		scim_work_stored_members(work, &work->old, &work->old_members);
		change.moves = scim_members_of_deleted(work->registration, change.tenant, change.id,
											   &work->old_members);
		change.members_before = work->old_members;
	}
	change.previous_version = version_at(work, &work->old);
	add_whole(work, &work->old, &change);
	scim_record(work->registration, &change);
}

static void
add_difference(ScimTriggerRow *work, ScimChange *change)
{
	scim_find_delta(scim_work_document(work, &work->old), scim_work_document(work, &work->new),
					&change->delta);
	change->password = !scim_work_same(work, SCIM_COLUMN_PASSWORD);
}

/* Who moved is told by the trigger of memberships; else, that somebody did. */
static void
add_moves(const ScimTriggerRow *work, ScimChange *change)
{
	const ScimPending *pending = scim_pending_for(work->registration->root);
	const ScimMemberSum *old = &work->old_members;
	const ScimMemberSum *new = &work->members;

	change->members_before = *old;
	if (pending && pending->moves)
		change->moves = pending->moves;
	else if (pending || (old->known && new->known))
		change->moves = scim_unknown_moves();
	if (change->moves && (!scim_has_moves(change->moves) ||
						  (old->known && new->known && scim_same_members(old, new))))
		change->moves = NULL;
}

/* Is there nothing in the row that could make it another version? */
static bool
is_same(const ScimTriggerRow *work)
{
	const ScimRegistration *registration = work->registration;

	if (!scim_work_is_null(work, &work->new, SCIM_COLUMN_VERSION))
		return scim_work_same(work, SCIM_COLUMN_VERSION);
	return scim_work_same_content(work) &&
		(!registration->revision_scheme || scim_work_same(work, SCIM_COLUMN_REVISION)) &&
		!scim_pending_for(registration->root) && !scim_is_refilling(registration->root);
}

/* A version that was filled in is the one that everybody has read. */
static bool
is_filled(const ScimTriggerRow *work)
{
	return scim_work_is_null(work, &work->old, SCIM_COLUMN_VERSION) &&
		!scim_work_is_null(work, &work->new, SCIM_COLUMN_VERSION);
}

static void
record_update(ScimTriggerRow *work)
{
	bool		refilling = scim_is_refilling(work->registration->root);
	ScimChange	change;

	if (is_same(work) || (refilling && is_filled(work)))
		return;
	change = change_of(work, &work->new, refilling ? SCIM_HISTORY_REMAPPED : SCIM_HISTORY_UPDATE);
	if (work->registration->type->has_members)
		scim_work_know_members(work);
	change.version = version_at(work, &work->new);
	change.previous_version = version_at(work, &work->old);
	if (change.previous_version && strcmp(change.version, change.previous_version) == 0)
		return;
	if (!refilling)
	{
		add_difference(work, &change);
		add_moves(work, &change);
	}
	scim_record(work->registration, &change);
}

/* Records what became of the row: created, changed, deleted, or nothing. */
static void
record_row(ScimTriggerRow *work)
{
	bool		was = is_live(work, &work->old);
	bool		is = is_live(work, &work->new);

	if (was && is && scim_work_same_key(work))
	{
		record_update(work);
		return;
	}
	if (was)
		record_delete(work);
	if (is)
		record_create(work);
}

/* ---- the trigger ---- */

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

/* Is the relation, of which that is registered, the table of its type, or a part of it? */
static bool
is_recorded(const ScimRegistration *here)
{
	const ScimRegistration *table = scim_find_table(here->type);

	return table && table->relid == here->root && table->history;
}

/* Who makes a second trigger by hand does not have all changes written twice. */
static bool
is_first(const TriggerData *data)
{
	const TriggerDesc *triggers = data->tg_relation->trigdesc;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgfoid == data->tg_trigger->tgfoid &&
			trigger->tgtype == data->tg_trigger->tgtype &&
			trigger->tgenabled != TRIGGER_DISABLED)
			return trigger->tgoid == data->tg_trigger->tgoid;
	}
	return true;
}

/*
 * scim_history_trigger(resource type): AFTER INSERT OR UPDATE OR DELETE FOR EACH
 * ROW, or BEFORE TRUNCATE.  It writes of the one table that is registered for the
 * type, and its parts.  Errors: INVALID_MAPPING.
 */
Datum
scim_history_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const ScimRegistration *here;
	ScimTriggerRow work;

	check_trigger(fcinfo);
	here = is_first(data) ? scim_row_registration(data->tg_relation) : NULL;
	if (here == NULL || !is_recorded(here))
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		scim_mark_truncated(data->tg_relation, here);
	else
	{
		scim_work_start_after(&work, here, data);
		record_row(&work);
	}
	return PointerGetDatum(NULL);
}
