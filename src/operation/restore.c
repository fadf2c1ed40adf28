/*
 * restore.c
 *		Bringing a resource back to what it was.
 *
 * What it was is read first, under a snapshot of its own: that does not change any
 * more.  The rest is a write like others, unless the resource has the version then.
 * A row that is gone, be it while it was waited for, is inserted anew, and for that
 * one restore of a resource waits for another; whoever comes second finds it there.
 *
 * The password is never brought back, as it is in no history; nor are members who
 * are gone, nor groups that a user was in.  What else is not as it was, since it is
 * not the caller's to write, or has a value that must stay, is named, too.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_trigger.h"
#include "common/hashfn.h"
#include "decision/guard.h"
#include "executor/spi.h"
#include "group/nesting.h"
#include "history/document_rights.h"
#include "history/fold.h"
#include "miscadmin.h"
#include "operation/bulk_queue.h"
#include "operation/document.h"
#include "operation/lost.h"
#include "operation/past.h"
#include "operation/report.h"
#include "operation/restore.h"
#include "operation/unique.h"
#include "operation/update.h"
#include "operation/write.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/show.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/tenant.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

typedef struct Restore
{
	ScimWrite	write;
	const char *id;
	const char *given;			/* the same, as it was given */
	const char *version;
	bool		was_there;		/* when it was read */
	bool		had_it;			/* the version, then: nothing is to be done */
	char	   *deleted;		/* if it was not there: the version that it had last */
	ScimRevival revival;		/* and what it gets beside its content */
	Jsonb	   *document;		/* as it was */
	ScimMemberThen *members;
	int			member_count;
	bool		takes_members;	/* they are to be what they were */
	bool		lost_members;	/* nobody can tell who they were */
	List	   *gone;			/* ids of members who are: of char *, in the caller's memory */
	JsonbValue *differing;		/* paths that are not as they were, in the caller's memory */
	bool		revived;		/* the row was inserted anew */
} Restore;

/* ---- what it was ---- */

/* Of a resource that is gone: the version that it had, and a revision above. */
static void
read_end(Restore *restore, ScimPast *past)
{
	const ScimHistoryEntry *end = scim_past_entry(past);

	restore->deleted = NULL;
	restore->revival.revision = 0;
	if (end == NULL || end->operation != SCIM_HISTORY_DELETE)
		return;
	restore->deleted = end->previous_version;
	if (end->has_revision)
		restore->revival.revision = scim_next_revision(end->revision);
}

static void
read_members(Restore *restore, ScimPast *past)
{
	if (!restore->write.target.type->has_members)
		return;
	restore->members = scim_past_members(past, &restore->member_count);
	restore->takes_members = restore->members != NULL &&
		scim_find_members(restore->write.target.type) != NULL;
	restore->lost_members = restore->members == NULL;
}

/*
 * A snapshot that sees what was committed while another restore was waited for, and
 * what the call has done that a trigger restores in.
 */
static void
read_past(Restore *restore)
{
	const ScimTarget *target = &restore->write.target;
	ScimPast	past;

	scim_record_pending(target->table, target->tenant, restore->id);
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	scim_begin_past(&past, target, restore->given);
	restore->was_there = past.is_there;
	if (!past.is_there)
		read_end(restore, &past);
	scim_find_version(&past, restore->version);
	restore->had_it = past.newest && past.is_there;
	if (restore->had_it)
		restore->write.row = past.row;
	else
	{
		restore->document = scim_past_document(&past);
		read_members(restore, &past);
	}
	if (!past.is_there)
		restore->revival.has_created = scim_find_creation(&past, &restore->revival.created);
	scim_close_past(&past);
	PopActiveSnapshot();
}

/* Of what is gone there is one restore at a time, from before anything of it is looked at. */
static void
wait_for_others(const Restore *restore)
{
	const ScimTarget *target = &restore->write.target;
	const char *key = psprintf("%s %s", target->tenant, restore->id);

	LockDatabaseObject(TriggerRelationId, target->table->trigger,
					   (uint16) hash_bytes((const unsigned char *) key, strlen(key)),
					   ExclusiveLock);
}

static bool
has_nested(const Restore *restore)
{
	for (int i = 0; i < restore->member_count; i++)
	{
		const ScimResourceType *type = scim_resource_type(restore->members[i].type);

		if (type && type->has_members)
			return true;
	}
	return false;
}

/* Nesting is locked before, as it may be by who finds only later that the resource is gone. */
static void
look_back(Restore *restore)
{
	const ScimTarget *target = &restore->write.target;

	read_past(restore);
	if (restore->was_there)
		return;
	PreventCommandIfReadOnly("scim_restore()");
	if (restore->takes_members && has_nested(restore))
		scim_lock_nesting(scim_members_table(), target->tenant);
	wait_for_others(restore);
	read_past(restore);
}

/* ---- members ---- */

static void
note_gone(Restore *restore, const char *id)
{
	MemoryContext old = MemoryContextSwitchTo(restore->write.target.caller);

	restore->gone = lappend(restore->gone, pstrdup(id));
	MemoryContextSwitchTo(old);
}

/* The ids of members of the type who are to come back, as its table has them; *count of them. */
static Datum *
ids_of_type(const Restore *restore, const ScimRegistration *table, int *count)
{
	Datum	   *ids = palloc_extended(Max(restore->member_count, 1) * sizeof(Datum),
									  MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < restore->member_count; i++)
	{
		const ScimMemberThen *member = &restore->members[i];

		if (!member->is_now && strcmp(member->type, table->type->name) == 0 &&
			scim_parse_id(table->id_type, member->id, &ids[*count]))
			(*count)++;
	}
	return ids;
}

/* Those of the type who are there still, in order; *count of them. */
static char **
those_there(const Restore *restore, const ScimRegistration *table, int *count)
{
	Datum	   *ids = ids_of_type(restore, table, count);
	char	  **there;
	bool		isnull;

	if (*count > 0)
		*count = (int) scim_see_rows(table, restore->write.target.tenant, ids, *count, false);
	there = palloc_extended(Max(*count, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	for (int i = 0; i < *count; i++)
		there[i] = scim_id_text(table->id_type,
								SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
											  &isnull));
	qsort(there, *count, sizeof(char *), pg_qsort_strcmp);
	return there;
}

/* Leaves out those of the type who are gone. */
static void
leave_gone_out(Restore *restore, const ScimResourceType *type)
{
	const ScimRegistration *table = scim_side_table(scim_members_table(), type);
	int			there_count = 0;
	char	  **there = table ? those_there(restore, table, &there_count) : NULL;
	int			kept = 0;

	for (int i = 0; i < restore->member_count; i++)
	{
		ScimMemberThen *member = &restore->members[i];

		CHECK_FOR_INTERRUPTS();
		if (member->is_now || strcmp(member->type, type->name) != 0 ||
			(there_count > 0 && bsearch(&member->id, there, there_count, sizeof(char *),
										pg_qsort_strcmp)))
			restore->members[kept++] = *member;
		else
			note_gone(restore, member->id);
	}
	restore->member_count = kept;
}

static void
take_members(Restore *restore)
{
	ScimWrite  *write = &restore->write;
	ScimMember *add;

	if (!restore->takes_members)
		return;
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if ((*type)->can_be_member)
			leave_gone_out(restore, *type);
	}
	add = palloc_extended(Max(restore->member_count, 1) * sizeof(ScimMember), MCXT_ALLOC_HUGE);
	for (int i = 0; i < restore->member_count; i++)
		add[i] = (ScimMember) {.value = restore->members[i].id, .type = restore->members[i].type};
	write->has_members = true;
	write->change.replace = true;
	write->change.add = add;
	write->change.add_count = restore->member_count;
}

/* Who went since they were looked for is left out, too. */
static void
drop_missing(Restore *restore, const char *missing)
{
	ScimMemberChange *change = &restore->write.change;
	int			kept = 0;

	for (int i = 0; i < change->add_count; i++)
	{
		if (strcmp(change->add[i].value, missing) != 0)
			change->add[kept++] = change->add[i];
	}
	if (kept == change->add_count)
		scim_throw_no_member(missing);
	note_gone(restore, missing);
	change->add_count = kept;
}

/* Before the resource, as all writes do. */
static void
lock_members(Restore *restore)
{
	ScimWrite  *write = &restore->write;

	if (!write->has_members)
		return;
	scim_check_privilege(scim_members_table(), ACL_INSERT);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		scim_prepare_members(&write->members, write->target.tenant, write->wanted.id,
							 &write->change);
		if (write->members.missing == NULL)
			break;
		drop_missing(restore, write->members.missing);
	}
	scim_write_lock_members(write);
}

/* ---- the row ---- */

/* Of what was deleted, the version that it had last is the one that is expected. */
static void
compare_deleted(const Restore *restore)
{
	const ScimWrite *write = &restore->write;

	if (write->expected && restore->deleted && strcmp(write->expected, restore->deleted) != 0)
		scim_throw_mismatch(scim_mismatch(&write->target, SCIM_RESTORE_MISMATCH, write->id_text,
										  write->expected, restore->deleted));
}

/* tenant, id: the row, which is marked as deleted; locked */
static const ScimStatement lock_marked = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {of_tenant} AND {id}" EQ "$2"
	" FOR NO KEY UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER}
};

/* False: there is no row that is marked. */
static bool
lock_marked_row(Restore *restore)
{
	ScimWrite  *write = &restore->write;
	const ScimRegistration *table = write->target.table;
	Datum		values[2];

	if (table->columns[SCIM_COLUMN_DELETED] == NULL)
		return false;
	values[0] = scim_tenant_datum(table, write->target.tenant);
	values[1] = scim_id_datum(table, restore->id);
	if (scim_run(&lock_marked, table, values, NULL, false) == 0)
		return false;
	scim_read_row(table, 0, &write->row);
	if (table->read_only[SCIM_COLUMN_DELETED])
		scim_throw_path(SCIM_READ_ONLY_COLUMN, "deleted",
						"the %s is marked as deleted in column %s of table %s, which is not "
						"scimver's to write",
						write->target.type->name, table->columns[SCIM_COLUMN_DELETED],
						table->table);
	return true;
}

static void
take_mark_away(Restore *restore)
{
	ScimWrite  *write = &restore->write;
	const ScimStorage *storage = write->target.table->storage;

	compare_deleted(restore);
	write->wanted.unmarks = true;
	write->wanted.locked = true;
	scim_write_take_apart(write, &write->row);
	scim_check_split(&write->call);
	if (!storage->update(&write->wanted))
		scim_throw_suppressed(&write->target, "updated");
	scim_read_row(write->target.table, 0, &write->row);
	scim_write_store_members(write);
}

/* The row is new (else: there); the row trigger tells by the id that the call inserts it. */
static void
expect_new(Restore *restore, bool is_new)
{
	ScimWrite  *write = &restore->write;

	write->call.inserting = is_new;
	write->call.replaces = !is_new;
	write->call.id = is_new ? NULL : restore->id;
	write->wanted.revives = is_new ? &restore->revival : NULL;
	write->wanted.split = NULL;
}

static void
insert_anew(Restore *restore)
{
	ScimWrite  *write = &restore->write;

	compare_deleted(restore);
	expect_new(restore, true);
	restore->revived = scim_write_try_insert(write);
	if (restore->revived)
	{
		scim_write_store_members(write);
		scim_tell_lost_columns(write->target.table);
		return;
	}
	/* somebody who did not wait has written it, and was waited for by the INSERT */
	if (!scim_fetch(&write->target, restore->id, false, NULL))
		scim_write_throw_not_inserted(write);
	expect_new(restore, false);
	scim_write_replace(write);
}

/* So often it is looked whether a row that could not be locked, as it was gone, has come back. */
#define MOST_TRIES 10

/* Is there a row to be written, which is locked then?  One that went since it was read is none. */
static bool
lock_row(Restore *restore)
{
	ScimWrite  *write = &restore->write;

	for (int i = 0; i < MOST_TRIES; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (scim_write_try_lock_row(write))
			return true;
		if (scim_fetch(&write->target, restore->id, false, NULL))
			continue;
		if (!restore->was_there)
			return false;
		look_back(restore);
	}
	scim_throw_not_locked(&write->target, write->id_text, "updated");
}

static void
write_row(Restore *restore)
{
	ScimWrite  *write = &restore->write;
	bool		is_marked;

	lock_members(restore);
	if (lock_row(restore))
	{
		scim_write_replace(write);
		return;
	}
	is_marked = lock_marked_row(restore);
	/* a lease does not end with the resource: who deleted it may be about to bring it back */
	scim_guard_resource(write->target.table, write->target.tenant, restore->id);
	if (is_marked)
		take_mark_away(restore);
	else
		insert_anew(restore);
}

static void
restore_resource(void *argument)
{
	Restore    *restore = argument;
	ScimWrite  *write = &restore->write;

	scim_check_tenant(write->target.table, write->target.tenant);
	if (restore->had_it)
	{
		scim_check_privilege(write->target.table, ACL_UPDATE);
		write->unchanged = true;
		return;
	}
	write_row(restore);
	restore->differing = scim_report_unlike(write, restore->document);
}

/* ---- the operation ---- */

/* What did not come back. */
static JsonbValue *
list_omitted(const Restore *restore)
{
	JsonbValue *omitted = restore->differing ? restore->differing : scim_new_array();

	if (restore->lost_members)
		scim_append_text(omitted, "members");
	else
		scim_name_gone(omitted, restore->gone);
	if (restore->revived && restore->write.target.type->has_groups)
		scim_append_text(omitted, "groups");
	return omitted;
}

static void
take_past(Restore *restore)
{
	scim_write_take_input(&restore->write, restore->document);
	restore->write.has_members = false;
	take_members(restore);
}

void
scim_store_restore(const ScimWriteOptions *options, const char *version, ScimWriteResult *result)
{
	Restore		restore = {.given = options->id, .version = version};
	ScimWrite  *write = &restore.write;

	if (scim_means_policies(options->type))
	{
		*result = (ScimWriteResult)
		{
			.resource = scim_store_restore_policy(options, version)
		};
		return;
	}
	scim_check_version_text("version", version);
	scim_write_begin(write, SCIM_RESTORES, options, result);
	restore.id = write->wanted.id;
	scim_pass_bulks(write);
	look_back(&restore);
	write->call.replaces = true;
	if (!restore.had_it)
		take_past(&restore);
	scim_write_run(write, restore_resource);
	result->resource = scim_name_omitted(&write->target, result->resource,
										 list_omitted(&restore));
}
