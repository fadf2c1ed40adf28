/*
 * checkpoint.c
 *		Versions that were seen together.
 *
 * The cursor is of the same snapshot as the versions: what became of them is either in
 * the versions, or will come behind the cursor.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "history/since.h"
#include "history/wal.h"
#include "operation/checkpoint.h"
#include "operation/feed_cursor.h"
#include "resource/target.h"
#include "resource/versions.h"
#include "utils/snapmgr.h"

/* A standby cannot tell what a snapshot shows of the history (history/seen.h). */
static bool
is_followed(const ScimTarget *target)
{
	return !RecoveryInProgress() && scim_sees_since(target);
}

/* ---- what is told ---- */

static JsonbValue *
show_version(const ScimTarget *target, const ScimVersionOf *resource)
{
	JsonbValue *shown = scim_new_object();

	scim_set_text(shown, "id", scim_store_id(target->type->name, resource->id));
	scim_set_text_or_null(shown, "version", resource->version);
	scim_set_text(shown, "resource_type", target->type->name);
	return shown;
}

static JsonbValue *
show_versions(const ScimTarget *target, const ScimGivenIds *ids)
{
	ScimVersionOf *resources = palloc(Max(ids->count, 1) * sizeof(ScimVersionOf));
	JsonbValue *shown = scim_new_array();

	for (int i = 0; i < ids->count; i++)
		resources[i].id = ids->texts[i];
	scim_read_versions(target->table, target->tenant, resources, ids->count);
	for (int i = 0; i < ids->count; i++)
		scim_append(shown, show_version(target, &resources[i]));
	return shown;
}

/* ---- under one snapshot ---- */

/*
 * Behind all that the active snapshot shows; that is brought to disk, as no feed tells it
 * again.
 */
static char *
cursor_from_here(const ScimHistoryServer *server, const char *tenant)
{
	ScimFeedPlace place = {.server = *server, .has_from = true};

	scim_see(&place.from, server);
	scim_make_durable();
	return scim_write_feed_cursor(scim_feed_kind(NULL, tenant), &place);
}

/* Whose xids these are may be decided by it: before the snapshot is taken. */
static JsonbValue *
read_checkpoint(const ScimTarget *target, const ScimGivenIds *ids)
{
	JsonbValue *response = scim_new_object();
	ScimHistoryServer server;
	bool		followed = is_followed(target);

	if (followed)
		server = scim_history_server();
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	scim_set_text_or_null(response, "cursor",
						  followed ? cursor_from_here(&server, target->tenant) : NULL);
	scim_set_value(response, "resources", show_versions(target, ids));
	PopActiveSnapshot();
	return response;
}

void
scim_check_checkpoint_size(const char *path, int count)
{
	ScimError  *error;

	if (count <= SCIM_CHECKPOINT_RESOURCES)
		return;
	error = scim_error(SCIM_TOO_LARGE);
	scim_error_text(error, "path", path);
	scim_error_integer(error, "limit", SCIM_CHECKPOINT_RESOURCES);
	scim_throw(error, "a checkpoint has at most %d resources, not %d", SCIM_CHECKPOINT_RESOURCES,
			   count);
}

Jsonb *
scim_store_get_versions(const char *type, const char *tenant, const ScimGivenIds *ids)
{
	ScimTarget	target;
	Jsonb	   *result;

	scim_check_checkpoint_size("ids", ids->count);
	/* the table is locked then: no newer snapshot finds it rewritten */
	scim_begin_read(&target, type, tenant, true);
	result = scim_write_in(target.caller, read_checkpoint(&target, ids));
	scim_finish_read(&target);
	return result;
}
