/*
 * application.c
 *		A proposal that is being applied: what its write is told, and tells.
 */
#include "postgres.h"

#include "access/xact.h"
#include "history/entries.h"
#include "miscadmin.h"
#include "operation/application.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "utils/snapmgr.h"

const pg_uuid_t *
scim_applied_id(const ScimWriteOptions *options)
{
	return options->applies ? &options->applies->proposal->id : NULL;
}

void
scim_keep_version(const ScimTarget *target, ScimApplication *application, const char *version)
{
	application->version = MemoryContextStrdup(target->caller, version);
}

Jsonb *
scim_keep_jsonb(const ScimTarget *target, const Jsonb *jsonb)
{
	Jsonb	   *copy = MemoryContextAlloc(target->caller, VARSIZE(jsonb));

	memcpy(copy, jsonb, VARSIZE(jsonb));
	return copy;
}

/* The version may be one that is computed, of members, too. */
void
scim_note_applied(const ScimTarget *target, ScimRow *row, ScimApplication *application)
{
	if (application->outcome != SCIM_APPLY_WRITTEN)
		return;
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	scim_keep_version(target, application,
					  scim_know_version(target->table, target->tenant, row));
	PopActiveSnapshot();
	application->id = MemoryContextStrdup(target->caller, row->id);
}

/* tenant, id: whoever sees it */
static const ScimStatement find_row = {
	.sql = "SELECT FROM {table} AS r WHERE {key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true,
	.latest = true
};

/* Who approves may see less than there is: nothing is gone for that. */
bool
scim_apply_is_gone(const ScimTarget *target, const char *id, ScimApplication *application)
{
	Datum		values[2];

	if (application == NULL)
		return false;
	values[0] = scim_tenant_datum(target->table, target->tenant);
	values[1] = scim_id_datum(target->table, id);
	if (scim_run(&find_row, target->table, values, NULL, false) > 0)
		return false;
	application->outcome = SCIM_APPLY_GONE;
	return true;
}

bool
scim_apply_is_made_anew(const ScimTarget *target, const char *id, ScimApplication *application)
{
	ScimHistoryReader *entries = scim_open_history(target->tenant, target->type->name, id,
												   PG_INT64_MAX, NULL);
	const ScimHistoryEntry *entry;
	bool		found = false;

	while (!found && (entry = scim_next_entry(entries)) != NULL &&
		   entry->at > application->proposal->created_at)
	{
		CHECK_FOR_INTERRUPTS();
		found = entry->operation == SCIM_HISTORY_CREATE;
	}
	scim_close_history(entries);
	if (found)
		application->outcome = SCIM_APPLY_GONE;
	return found;
}
