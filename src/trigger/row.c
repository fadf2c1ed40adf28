/*
 * row.c
 *		The BEFORE ROW trigger that keeps version, revision, created and
 *		lastModified of every row, whoever writes it.
 *
 * On INSERT the version is always computed; on UPDATE only if something of the
 * content changed.  It is the last BEFORE trigger by its name, so that it sees
 * the row as it will be stored.  Columns that the table does not have, and
 * those that the application keeps (mode "read"), are left alone.
 *
 * A row that fires it for an UPDATE is locked: so it is asked here whether others hold
 * the resource, and let nobody change it, or a policy does not (guard.c).
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "registry/our_trigger.h"
#include "resource/frame.h"
#include "resource/member_sum.h"
#include "resource/version.h"
#include "statement/required.h"
#include "trigger/content.h"
#include "trigger/guard.h"
#include "trigger/members.h"
#include "trigger/move.h"
#include "trigger/work.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_row_trigger);

/* ---- the version ---- */

static void
set_version(ScimTriggerRow *work, const char *version)
{
	if (scim_work_keeps(work, SCIM_COLUMN_VERSION))
		scim_work_set_text(work, SCIM_COLUMN_VERSION, version);
}

/* Is there nothing that a change of the content would have to move? */
static bool
nothing_to_keep(const ScimTriggerRow *work)
{
	return !scim_work_keeps(work, SCIM_COLUMN_VERSION) &&
		!scim_work_keeps(work, SCIM_COLUMN_REVISION) &&
		!scim_work_keeps(work, SCIM_COLUMN_LAST_MODIFIED) && !work->call;
}

static bool
is_unset(const ScimTriggerRow *work, ScimColumn column)
{
	return scim_work_keeps(work, column) && scim_work_is_null(work, &work->new, column);
}

/* The revision of a row that came without one. */
static void
first_revision(ScimTriggerRow *work)
{
	if (is_unset(work, SCIM_COLUMN_REVISION))
		scim_work_set_integer(work, SCIM_COLUMN_REVISION, 1);
}

/* ---- changes ---- */

/* The revision moves by one with each change, and once in a scim_ call. */
static void
move_revision(ScimTriggerRow *work)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz before;
	int64		revision = 0;

	if (work->moved || (work->call && work->call->inserting))
		return;
	work->moved = true;
	if (scim_work_keeps(work, SCIM_COLUMN_REVISION) && !(work->call && work->call->moved))
	{
		(void) scim_work_integer(work, &work->new, SCIM_COLUMN_REVISION, &revision);
		scim_work_set_integer(work, SCIM_COLUMN_REVISION, scim_next_revision(revision));
	}
	if (work->call)
		work->call->moved = true;

	if (scim_work_keeps(work, SCIM_COLUMN_LAST_MODIFIED))
	{
		/* the clock may have been set back */
		if (scim_work_instant(work, &work->new, SCIM_COLUMN_LAST_MODIFIED, &before))
			now = Max(now, before);
		scim_work_set_instant(work, SCIM_COLUMN_LAST_MODIFIED, now);
	}
}

/* Moves what is to move if the content is another than that of the version "before". */
static void
follow_content(ScimTriggerRow *work, const char *before, bool has_version)
{
	char	   *version = scim_work_version(work, &work->new);

	if (strcmp(version, before) != 0)
	{
		scim_work_guard(work);
		move_revision(work);
		if (work->call)
			work->call->changed = true;
		if (work->registration->revision_scheme)
			version = scim_work_version(work, &work->new);
	}
	else if (has_version)
		return;
	else
		first_revision(work);
	set_version(work, version);
}

/* ---- INSERT ---- */

/* When the row was made, if the row tells and may tell. */
static TimestampTz
created_at(const ScimTriggerRow *work, TimestampTz now)
{
	TimestampTz created;

	if (scim_work_keeps(work, SCIM_COLUMN_CREATED) &&
		scim_work_instant(work, &work->new, SCIM_COLUMN_CREATED, &created))
		return created;
	return now;
}

/* Is it the row that the scim_ call under way makes?  Its id is not known there yet. */
static bool
is_made_by_call(const ScimTriggerRow *work)
{
	const ScimCall *call = work->is_update ? NULL : scim_call_on(work->registration->root);

	return call && scim_is_inserted_by(call);
}

/* Nobody could name it then. */
static bool
lacks_id(const ScimTriggerRow *work)
{
	return scim_work_is_null(work, &work->new, SCIM_COLUMN_ID) ||
		scim_work_id(work, &work->new)[0] == '\0';
}

static void
insert_row(ScimTriggerRow *work)
{
	TimestampTz now = GetCurrentTimestamp();
	const char *moving = NULL;

	if (is_made_by_call(work) && lacks_id(work))
		scim_throw_no_id(work->registration);
	/* the table's own NOT NULL says it better, but must not say a password */
	scim_work_tidy(work);
	if (!scim_work_is_resource(work, &work->new))
		return;
	scim_work_check(work);
	if (scim_work_take_word(work, &moving))
	{
		if (moving)
			follow_content(work, moving, false);
		return;
	}
	scim_work_guard_new(work);
	if (work->registration->type->has_members && (scim_work_keeps(work, SCIM_COLUMN_MEMBER_COUNT) ||
												  scim_work_keeps(work, SCIM_COLUMN_VERSION)))
		scim_work_first_members(work);
	first_revision(work);
	if (is_unset(work, SCIM_COLUMN_CREATED))
		scim_work_set_instant(work, SCIM_COLUMN_CREATED, now);
	if (is_unset(work, SCIM_COLUMN_LAST_MODIFIED))
		scim_work_set_instant(work, SCIM_COLUMN_LAST_MODIFIED, created_at(work, now));
	if (scim_work_keeps(work, SCIM_COLUMN_VERSION))
		set_version(work, scim_work_version(work, &work->new));
}

/* ---- UPDATE ---- */

/*
 * Is it known what a statement on memberships did to the group, whose members
 * are summed up?  The version that is stored does not tell: it may have all
 * that other parts of a WITH did.
 */
static bool
has_old_members(const ScimTriggerRow *work)
{
	return scim_is_summed(work->registration) && work->old_members.known && !work->lost_members;
}

/* The version that the row had, be it filled or not; empty if nobody can tell. */
static const char *
old_version(ScimTriggerRow *work)
{
	if (!has_old_members(work) && !scim_work_is_null(work, &work->old, SCIM_COLUMN_VERSION))
		return TextDatumGetCString(scim_work_value(work, &work->old, SCIM_COLUMN_VERSION));
	if (work->lost_members)
		return "";
	return scim_work_version(work, &work->old);
}

/*
 * A row that came without a version (loaded with triggers off) gets it, and is
 * otherwise left alone.
 */
static void
fill_version(ScimTriggerRow *work)
{
	first_revision(work);
	scim_work_tidy(work);
	set_version(work, scim_work_version(work, &work->new));
}

/* Does it become another tenant's, or deleted, or is it so no longer?  No content tells that. */
static bool
changes_place(const ScimTriggerRow *work)
{
	return !scim_work_same(work, SCIM_COLUMN_TENANT) ||
		scim_work_is_marked(work, &work->old) != scim_work_is_marked(work, &work->new);
}

/*
 * Columns of a row that keeps nothing of ours changed: is it another resource by that?  It
 * takes a while to tell, and matters only where somebody holds it, or there is a policy.
 */
static void
guard_content(ScimTriggerRow *work)
{
	if (scim_work_is_guarded(work) &&
		strcmp(scim_work_version(work, &work->new), old_version(work)) != 0)
		scim_work_guard(work);
}

/* What only scimver writes stays as it was. */
static void
keep_ours(ScimTriggerRow *work)
{
	scim_work_keep(work, SCIM_COLUMN_VERSION);
	scim_work_keep(work, SCIM_COLUMN_REVISION);
	scim_work_keep(work, SCIM_COLUMN_CREATED);
	scim_work_keep(work, SCIM_COLUMN_LAST_MODIFIED);
}

static void
update_row(ScimTriggerRow *work)
{
	bool		changed;

	if (!scim_work_is_resource(work, &work->new))
	{
		if (scim_work_is_resource(work, &work->old))
			scim_work_guard(work);
		scim_work_tidy(work);
		return;
	}
	keep_ours(work);
	if (!scim_work_has_key(work, &work->old))
	{
		/* it becomes a resource only now */
		insert_row(work);
		scim_work_leave_word(work);
		return;
	}
	scim_work_refuse_unseen(work);
	changed = scim_work_content_changed(work);
	if (changed)
	{
		scim_work_tidy(work);
		scim_work_check(work);
	}
	if (changes_place(work))
		scim_work_guard(work);
	if (work->registration->type->has_members && scim_work_next_members(work))
		changed = true;
	if (changed && !nothing_to_keep(work))
		follow_content(work, old_version(work),
					   !scim_work_is_null(work, &work->old, SCIM_COLUMN_VERSION));
	else if (changed)
		guard_content(work);
	else if (is_unset(work, SCIM_COLUMN_VERSION) || scim_is_refilling(work->registration->root))
		fill_version(work);
	scim_work_leave_word(work);
}

/* ---- the trigger ---- */

static void
check_trigger(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	scim_check_called(fcinfo, "scim_row_trigger");
	if (!TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired BEFORE INSERT OR UPDATE FOR EACH ROW",
						"scim_row_trigger")));
}

/* The scim_ call under way, if it is on this row, or NULL. */
static ScimCall *
call_on_row(const ScimTriggerRow *work)
{
	const ScimRegistration *registration = work->registration;

	if (scim_call_on(registration->root) == NULL || !scim_work_has_key(work, &work->new))
		return NULL;
	return scim_call_on_row(registration->root,
							registration->tenant_type ? scim_work_tenant(work, &work->new) : NULL,
							scim_work_id(work, &work->new));
}

/*
 * scim_row_trigger(resource type, mapping, options): BEFORE INSERT OR UPDATE
 * FOR EACH ROW.  Errors: INVALID_VALUE (data is no object), INVALID_MAPPING.
 */
Datum
scim_row_trigger(PG_FUNCTION_ARGS)
{
	ScimTriggerRow work;

	check_trigger(fcinfo);
	scim_work_start(&work, (TriggerData *) fcinfo->context);
	work.call = call_on_row(&work);
	if (work.is_update)
		update_row(&work);
	else
		insert_row(&work);
	return PointerGetDatum(scim_work_finish(&work));
}
