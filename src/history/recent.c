/*
 * recent.c
 *		What is recent in the history of all tenants, for who counts conflicts.
 *
 * No index is by time, which each write would have to pay for.  A tenant's rows are read
 * back from the latest: they stand in the order in which they were written, but for what
 * was brought along, as an import is, with a time of its own.
 */
#include "postgres.h"

#include "access/table.h"
#include "fmgr.h"
#include "history/entries.h"
#include "history/place.h"
#include "history/rights.h"
#include "history/values.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/result_set.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(scim_recent_history);

/* Behind so many rows that are older, nothing is looked for. */
#define OLDER_ROWS 20

typedef struct Recent
{
	ScimResultSet rows;
	TimestampTz since;
	bool		reads_table;	/* the caller may read the table itself: nothing is hidden */
	List	   *tables;			/* of const ScimRegistration *, of all types */
} Recent;

/* A type whose history the caller is shown in the tenant at hand. */
typedef struct ShownType
{
	const ScimResourceType *type;
	int64		begins;			/* what is shown is newer */
} ShownType;

static const ScimEntryColumn shown_columns[] = {
	SCIM_ENTRY_TENANT, SCIM_ENTRY_TYPE, SCIM_ENTRY_ID, SCIM_ENTRY_OPERATION,
	SCIM_ENTRY_ERROR_CODE, SCIM_ENTRY_ACTOR, SCIM_ENTRY_AGENT, SCIM_ENTRY_PRINCIPAL,
	SCIM_ENTRY_AT
};

/* All are read before any row is: an error of one tells nothing of whose rows are there. */
static List *
find_tables(void)
{
	List	   *tables = NIL;

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);

		if (table)
			tables = lappend(tables, unconstify(ScimRegistration *, table));
		if ((*type)->has_members)
			(void) scim_find_members(*type);
	}
	return tables;
}

/* ---- a tenant ---- */

static List *
shown_types(const Recent *recent, const char *tenant)
{
	List	   *types = NIL;
	ListCell   *cell;

	foreach(cell, recent->tables)
	{
		const ScimRegistration *table = lfirst(cell);
		ShownType  *shown;

		if (!scim_sees_history(table, tenant))
			continue;
		shown = palloc(sizeof(ShownType));
		shown->type = table->type;
		shown->begins = scim_history_begins(tenant, table->type->name);
		types = lappend(types, shown);
	}
	return types;
}

static bool
is_shown(const List *types, const ScimHistoryEntry *entry)
{
	ListCell   *cell;

	/* its owner may have taken NOT NULL away */
	if (entry->nulls[SCIM_ENTRY_TYPE])
		return false;
	foreach(cell, types)
	{
		const ShownType *shown = lfirst(cell);

		if (scim_is_text(entry->values[SCIM_ENTRY_TYPE], shown->type->name))
			return entry->seq > shown->begins;
	}
	return false;
}

static void
show(const Recent *recent, const ScimHistoryEntry *entry)
{
	Datum		values[lengthof(shown_columns)];
	bool		nulls[lengthof(shown_columns)];

	for (int i = 0; i < (int) lengthof(shown_columns); i++)
	{
		values[i] = entry->values[shown_columns[i]];
		nulls[i] = entry->nulls[shown_columns[i]];
	}
	tuplestore_putvalues(recent->rows.store, recent->rows.descriptor, values, nulls);
}

static void
read_tenant(Datum value, void *argument)
{
	const Recent *recent = argument;
	const char *tenant = TextDatumGetCString(value);
	List	   *types = recent->reads_table ? NIL : shown_types(recent, tenant);
	ScimHistoryReader *reader;
	ScimHistoryEntry *entry;
	int			older = 0;

	if (types == NIL && !recent->reads_table)
		return;
	reader = scim_open_latest_of_tenant(tenant, GetActiveSnapshot());
	while (older < OLDER_ROWS && (entry = scim_next_entry(reader)) != NULL)
	{
		if (entry->at <= recent->since)
			older++;
		else if (recent->reads_table || is_shown(types, entry))
			show(recent, entry);
		scim_free_entry(entry);
	}
	scim_close_history(reader);
}

/*
 * scim_recent_history(since timestamptz) -> rows of the history since then, as far as the
 * view scim_history shows them to the current role
 */
Datum
scim_recent_history(PG_FUNCTION_ARGS)
{
	Recent		recent = {.since = PG_GETARG_TIMESTAMPTZ(0)};
	Relation	history;

	scim_begin_result_set(fcinfo, &recent.rows);
	history = scim_open_history_table(AccessShareLock);
	if (history == NULL)
		PG_RETURN_NULL();
	recent.reads_table = pg_class_aclcheck(RelationGetRelid(history), GetUserId(), ACL_SELECT) ==
		ACLCHECK_OK;
	if (!recent.reads_table)
		recent.tables = find_tables();
	scim_each_value(history, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), read_tenant, &recent);
	table_close(history, NoLock);
	PG_RETURN_NULL();
}
