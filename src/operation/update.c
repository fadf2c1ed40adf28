/*
 * update.c
 *		Replacing a resource.
 */
#include "postgres.h"

#include "core/immutable.h"
#include "operation/answered.h"
#include "operation/bulk_queue.h"
#include "operation/conflict.h"
#include "operation/merge.h"
#include "operation/proposing.h"
#include "operation/report.h"
#include "operation/update.h"
#include "operation/write.h"
#include "resource/version.h"

/*
 * Was the version stale, the last time that this session would have merged?  Then this
 * one may be, too, as conflicts come in bursts: the row is locked at once, which is half
 * of what an UPDATE costs that finds none.
 */
static bool was_stale = false;

/*
 * Where columns are written, they are compared with what is there.  An UPDATE on
 * condition of the version that was read needs no lock before it: it finds the
 * row only as it was read.  False: the row must be locked first.
 */
static bool
read_unlocked(ScimWrite *write)
{
	const ScimRowWrite *wanted = &write->wanted;

	if ((write->merges && was_stale) || write->options->answer ||
		write->proposes != SCIM_PROPOSES_NEVER)
		return false;
	if (!wanted->registration->storage->compares)
		return true;
	return write->expected && !write->target.type->has_members &&
		scim_fetch(&write->target, wanted->id, false, &write->row) &&
		strcmp(scim_know_version(write->target.table, write->target.tenant, &write->row),
			   write->expected) == 0;
}

/*
 * The UPDATE found no row with the expected version, or was not tried; now the
 * row is locked, so what is found stays.  True: try again, as the version is (again) the
 * expected one, be it as what is wanted was merged into it; false: what was wanted is
 * there already.
 */
static bool
should_retry(ScimWrite *write)
{
	ScimRowWrite *wanted = &write->wanted;
	ScimPathSet paths = {0};
	bool		differs = false;
	bool		stale;

	scim_write_lock_row(write);
	wanted->split = NULL;
	stale = write->expected && strcmp(write->row.version, write->expected) != 0;
	if (write->merges)
		was_stale = stale;
	scim_write_check_answer(write, stale);
	if (!stale)
		return true;
	wanted->document = scim_keep_immutable(write->target.type,
										   scim_row_data(write->target.table, &write->row),
										   wanted->document, true, &differs);
	write->unchanged = !differs && scim_write_is_there(write, true) && !scim_write_counts(write);
	return !write->unchanged && scim_write_resolve(write, &paths);
}

void
scim_write_replace(void *argument)
{
	ScimWrite  *write = argument;

	scim_pass_bulks(write);
	scim_write_lock_members(write);
	if (!read_unlocked(write) || !scim_write_update_row(write, write->expected))
	{
		if (!should_retry(write) || scim_write_proposes(write))
			return;
		if (!scim_write_update_row(write, write->expected))
			scim_throw_suppressed(&write->target, "updated");
	}
	scim_write_store_members(write);
	write->unchanged = !write->call.changed;
}

void
scim_prepare_update(ScimWrite *write, Jsonb *data)
{
	write->call.replaces = true;
	scim_write_take_input(write, data);
	write->asked = data;
}

void
scim_store_update(const ScimWriteOptions *options, Jsonb *data, ScimWriteResult *result)
{
	ScimWrite	write;

	scim_write_begin(&write, SCIM_UPDATES, options, result);
	scim_write_take_merge(&write, options);
	scim_prepare_update(&write, data);
	scim_report_given(&write, data);
	scim_write_run(&write, scim_write_replace);
}
