/*
 * write.c
 *		Writing an entry of the history: a change as a row.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "history/table.h"
#include "history/write.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A row to be. */
typedef struct Entry
{
	Datum		values[SCIM_ENTRY_COLUMNS];
	bool		nulls[SCIM_ENTRY_COLUMNS];
} Entry;

static void
set(Entry *entry, ScimEntryColumn column, Datum value)
{
	entry->values[column] = value;
	entry->nulls[column] = false;
}

/* NULL: nothing. */
static void
set_text(Entry *entry, ScimEntryColumn column, const char *text)
{
	if (text)
		set(entry, column, CStringGetTextDatum(text));
}

/* ---- what changed ---- */

/* By name alone: what they were stands elsewhere, or nowhere. */
static List *
named_only(const ScimChange *change)
{
	List	   *names = NIL;

	if (change->password)
		names = lappend(names, "password");
	if (change->moves)
		names = lappend(names, "members");
	return names;
}

static Datum
text_array(const List *first, const List *second)
{
	int			count = 0;
	Datum	   *texts = palloc((list_length(first) + list_length(second)) * sizeof(Datum));
	ListCell   *cell;

	foreach(cell, first)
		texts[count++] = CStringGetTextDatum(lfirst(cell));
	foreach(cell, second)
		texts[count++] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
set_changes(Entry *entry, const ScimChange *change)
{
	List	   *names = named_only(change);

	if (change->delta.changed || names)
		set(entry, SCIM_ENTRY_CHANGED, text_array(change->delta.changed, names));
	if (change->delta.before)
		set(entry, SCIM_ENTRY_BEFORE, JsonbPGetDatum(scim_write(change->delta.before)));
	if (change->moves)
		set(entry, SCIM_ENTRY_MEMBERS,
			JsonbPGetDatum(scim_moves_jsonb(change->moves, &change->members_before)));
}

/* ---- who changed it ---- */

static void
set_actor(Entry *entry)
{
	ScimActor	actor = scim_actor();
	char	   *role = GetUserNameFromId(actor.role, true);

	/* it may have been dropped while it was connected */
	if (role == NULL)
		role = psprintf("unknown (OID=%u)", actor.role);
	set_text(entry, SCIM_ENTRY_ACTOR, role);
	if (actor.agent[0] != '\0')
		set_text(entry, SCIM_ENTRY_AGENT, actor.agent);
	set_text(entry, SCIM_ENTRY_TOOL, actor.tool);
	if (actor.application_name[0] != '\0')
		set_text(entry, SCIM_ENTRY_APPLICATION_NAME, actor.application_name);
	set_text(entry, SCIM_ENTRY_TRACE, actor.trace);
	set_text(entry, SCIM_ENTRY_PRINCIPAL, actor.principal);
}

/*
 * Wakes who listens: to read on, as what changed, and where, is not for everybody who
 * can listen.  Once for the transaction, as the server drops what is the same.
 */
static void
notify(void)
{
	Async_Notify("scimver", "");
}

void
scim_write_history(const ScimChange *change)
{
	Entry		entry;

	memset(entry.nulls, true, sizeof(entry.nulls));
	set(&entry, SCIM_ENTRY_AT, TimestampTzGetDatum(change->at));
	set_text(&entry, SCIM_ENTRY_TENANT, change->tenant);
	set_text(&entry, SCIM_ENTRY_TYPE, change->type);
	set_text(&entry, SCIM_ENTRY_ID, change->id);
	set_text(&entry, SCIM_ENTRY_OPERATION, scim_operation_name(change->operation));
	if (change->has_revision)
		set(&entry, SCIM_ENTRY_REVISION, Int64GetDatum(change->revision));
	set_text(&entry, SCIM_ENTRY_VERSION, change->version);
	set_text(&entry, SCIM_ENTRY_PREVIOUS_VERSION, change->previous_version);
	set_changes(&entry, change);
	set_actor(&entry);
	set_text(&entry, SCIM_ENTRY_EXPECTED_VERSION, change->expected_version);
	set_text(&entry, SCIM_ENTRY_ERROR_CODE, change->error_code);
	if (change->proposal)
		set(&entry, SCIM_ENTRY_PROPOSAL, UUIDPGetDatum(change->proposal));
	if (scim_insert_entry(entry.values, entry.nulls) && scim_setting_notify &&
		change->operation != SCIM_HISTORY_REFUSED)
		notify();
}
