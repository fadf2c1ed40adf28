/*
 * record.c
 *		What the history is told of a group's members where the trigger of the
 *		group's row does not see it: the row is only locked, or is deleted, and its
 *		memberships go with it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/settings.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "group/record.h"
#include "history/change.h"
#include "resource/member_sum.h"
#include "resource/moved_sum.h"
#include "resource/row.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

bool
scim_records_groups(const ScimRegistration *groups)
{
	return groups->history && SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA;
}

/* ---- groups whose row is only locked ---- */

/* tenant, id: one that is marked as deleted is none any more */
static const ScimStatement read_live_group = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

static bool
read_group(const ScimRegistration *groups, const char *tenant, const char *id, ScimRow *row)
{
	Datum		values[2];

	values[0] = scim_tenant_datum(groups, tenant);
	values[1] = scim_id_datum(groups, id);
	if (scim_run(&read_live_group, groups, values, NULL, false) == 0)
		return false;
	scim_read_row(groups, 0, row);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/* The version of the row with these members; one that is stored is the application's. */
static const char *
version_with(const ScimRegistration *groups, const char *tenant, const ScimRow *row,
			 const ScimMemberSum *members)
{
	ScimRow		copy = *row;

	copy.members = *members;
	return scim_know_version(groups, tenant, &copy);
}

void
scim_record_moved(const ScimRegistration *groups, const char *tenant, const char *id,
				  const ScimPending *pending)
{
	ScimChange	change = {
		.operation = SCIM_HISTORY_UPDATE,
		.type = groups->type,
		.tenant = tenant,
		.id = id,
		.at = GetCurrentTimestamp(),
		.moves = pending->moves
	};
	ScimMemberSum after;
	ScimRow		row;

	if (!read_group(groups, tenant, id, &row))
		return;
	scim_sum_moved_members(groups, tenant, id, pending, &change.members_before, &after);
	change.previous_version = version_with(groups, tenant, &row, &change.members_before);
	change.version = version_with(groups, tenant, &row, &after);
	change.has_revision = groups->columns[SCIM_COLUMN_REVISION] != NULL;
	change.revision = row.revision;
	scim_record(groups, &change);
}

/* ---- groups that are deleted ---- */

/* What was found of its members. */
typedef struct Gone
{
	ScimMemberMoves *moves;
	ScimMemberSum sum;
} Gone;

static void
take_gone(const char *type, const char *id, void *argument)
{
	Gone	   *gone = argument;

	scim_note_move(gone->moves, type, id, false);
	scim_add_member(type, id, &gone->sum);
}

/* Under the active snapshot; of too many, one more than are kept. */
static void
find_gone(const ScimRegistration *groups, const char *tenant, const char *id, Gone *gone)
{
	gone->moves = scim_new_moves();
	gone->sum = (ScimMemberSum) {.known = true};
	scim_visit_members(groups, tenant, id, (int64) scim_setting_history_members + 1, take_gone,
					   gone);
}

/*
 * As if the statement that deletes had not begun: a cascade may have taken members
 * along already, be it that of another group that it deletes.
 */
static void
find_gone_before(const ScimRegistration *groups, const char *tenant, const char *id, Gone *gone)
{
	scim_push_before(GetActiveSnapshot()->curcid);
	find_gone(groups, tenant, id, gone);
	PopActiveSnapshot();
}

static void
find_gone_now(const ScimRegistration *groups, const char *tenant, const char *id, Gone *gone)
{
	scim_push_latest();
	find_gone(groups, tenant, id, gone);
	PopActiveSnapshot();
}

/* The row does not say what there is to find. */
static const ScimMemberMoves *
sum_up_gone(const ScimRegistration *groups, const char *tenant, const char *id, ScimMemberSum *sum)
{
	Gone		gone;

	find_gone_before(groups, tenant, id, &gone);
	*sum = gone.sum;
	if (sum->count > scim_setting_history_members)
	{
		*sum = (ScimMemberSum) {.known = true};
		scim_push_before(GetActiveSnapshot()->curcid);
		scim_visit_members(groups, tenant, id, PG_INT64_MAX, scim_add_member, sum);
		PopActiveSnapshot();
	}
	return sum->count > 0 ? gone.moves : NULL;
}

const ScimMemberMoves *
scim_members_of_deleted(const ScimRegistration *groups, const char *tenant, const char *id,
						ScimMemberSum *sum)
{
	Gone		gone;

	if (!sum->known)
		return sum_up_gone(groups, tenant, id, sum);
	if (sum->count == 0)
		return NULL;
	if (sum->count > scim_setting_history_members)
		return scim_unknown_moves();
	find_gone_before(groups, tenant, id, &gone);
	if (!scim_same_members(&gone.sum, sum))
		find_gone_now(groups, tenant, id, &gone);
	return scim_same_members(&gone.sum, sum) ? gone.moves : scim_unknown_moves();
}
