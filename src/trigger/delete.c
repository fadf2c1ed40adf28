/*
 * delete.c
 *		The AFTER STATEMENT triggers of mapped tables: memberships of
 *		users and groups that were deleted go with them.
 *
 * Of each statement, and not of each row: rows that an UPDATE moves to another
 * partition are not gone, and groups are locked in one order for all rows.  Where
 * a foreign key leads from the memberships to the table, what it says holds.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "group/leaving.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/our_trigger.h"
#include "resource/member_sum.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(scim_delete_trigger);

/* A resource that may be gone. */
typedef struct Key
{
	const char *tenant;			/* NULL: the memberships do not tell */
	Datum		id;
} Key;

/* All of a statement. */
typedef struct Leaving
{
	const ScimRegistration *table;	/* the registered one, no part of it */
	const ScimRegistration *members;
	MemoryContext context;		/* of the keys */
	Key		   *keys;
	int			count;
	int			room;
} Leaving;

/* ---- which resources ---- */

/* Both as texts. */
static void
add_key(Leaving *leaving, const char *tenant, const char *id)
{
	const ScimIdType *type = leaving->table->id_type;
	MemoryContext old = MemoryContextSwitchTo(leaving->context);
	Key		   *key;

	if (leaving->count == leaving->room)
	{
		leaving->room = Max(64, 2 * leaving->room);
		leaving->keys = leaving->keys ? repalloc_huge(leaving->keys, leaving->room * sizeof(Key)) :
			palloc(leaving->room * sizeof(Key));
	}
	key = &leaving->keys[leaving->count];
	key->tenant = tenant ? pstrdup(tenant) : NULL;
	if (scim_parse_id(type, id, &key->id))
		leaving->count++;
	MemoryContextSwitchTo(old);
}

/* A row as the relation that the statement names has it: "here" is that one's registration. */
static void
add_row(Leaving *leaving, const ScimRegistration *here, TupleTableSlot *slot)
{
	const char *tenant = NULL;
	bool		isnull;
	Datum		value;

	if (leaving->members->tenant_type)
	{
		value = slot_getattr(slot, here->numbers[SCIM_COLUMN_TENANT], &isnull);
		if (isnull)
			return;
		tenant = scim_id_text(here->tenant_type, value);
	}
	value = slot_getattr(slot, here->numbers[SCIM_COLUMN_ID], &isnull);
	if (!isnull)
		add_key(leaving, tenant, scim_id_text(here->id_type, value));
}

/* All rows that were deleted; other readers of the transition table keep their place. */
static void
add_deleted(Leaving *leaving, const ScimRegistration *here, const TriggerData *data)
{
	Tuplestorestate *rows = data->tg_oldtable;
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(data->tg_relation),
													&TTSOpsMinimalTuple);
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "scimver deleted row",
												  ALLOCSET_SMALL_SIZES);

	tuplestore_select_read_pointer(rows, tuplestore_alloc_read_pointer(rows, EXEC_FLAG_REWIND));
	tuplestore_rescan(rows);
	while (tuplestore_gettupleslot(rows, true, false, slot))
	{
		MemoryContext old = MemoryContextSwitchTo(per_row);

		CHECK_FOR_INTERRUPTS();
		add_row(leaving, here, slot);
		MemoryContextSwitchTo(old);
		MemoryContextReset(per_row);
	}
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(per_row);
}

/* All members, or groups, that memberships name, and their tenants. */
#define NAMED(column) \
	{ \
		.sql = "SELECT DISTINCT {" column "}{?tenant:, {tenant}} FROM {table}" \
			" WHERE {" column "} IS NOT NULL{?tenant: AND {tenant} IS NOT NULL}", \
		.as_owner = true, \
		.latest = true \
	}
static const ScimStatement named_members = NAMED("member");
static const ScimStatement named_groups = NAMED("group");

/* After TRUNCATE: all that memberships name. */
static void
add_named(Leaving *leaving)
{
	const ScimRegistration *members = leaving->members;
	bool		of_groups = leaving->table->type->has_members;
	const ScimIdType *type = of_groups ? members->id_type : members->member_type;
	uint64		count = scim_run(of_groups ? &named_groups : &named_members, members, NULL,
								 NULL, false);
	SPITupleTable *rows = SPI_tuptable;

	for (uint64 i = 0; i < count; i++)
	{
		const char *tenant = NULL;
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		if (members->tenant_type)
			tenant = scim_id_text(members->tenant_type,
								  SPI_getbinval(rows->vals[i], rows->tupdesc, 2, &isnull));
		add_key(leaving, tenant,
				scim_id_text(type, SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &isnull)));
	}
	SPI_freetuptable(rows);
}

/* ---- their memberships ---- */

static int
compare_tenants(const void *a, const void *b)
{
	return strcmp(((const Key *) a)->tenant, ((const Key *) b)->tenant);
}

/* tenant, ids: those that no row has */
static const ScimStatement find_gone = {
	.sql = "SELECT k.id FROM pg_catalog.unnest($2) AS k(id) WHERE NOT EXISTS"
	" (SELECT FROM {table} AS r WHERE {?members.tenant:r.{tenant}" EQ "$1 AND }r.{id}" EQ "k.id)",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER},
	.as_owner = true,
	.latest = true
};

/*
 * Those of one tenant: without those that are there (again), in another
 * partition or child, say.
 */
static void
leave(const Leaving *leaving, const char *tenant, Datum *ids, int count)
{
	const ScimIdType *type = leaving->table->id_type;
	SPITupleTable *rows;
	Datum		values[2];

	values[0] = tenant ? scim_tenant_datum(leaving->table, tenant) : (Datum) 0;
	values[1] = scim_id_array(type, ids, count);
	count = (int) scim_run(&find_gone, leaving->table, values, tenant ? "  " : "n ", false);
	if (count == 0)
		return;
	rows = SPI_tuptable;
	for (int i = 0; i < count; i++)
	{
		bool		isnull;

		ids[i] = SPI_getbinval(rows->vals[i], rows->tupdesc, 1, &isnull);
	}
	scim_remove_memberships(leaving->table, tenant, ids, count);
	SPI_freetuptable(rows);
}

/* Tenant by tenant, as all lock. */
static void
leave_all(const Leaving *leaving)
{
	Datum	   *ids = palloc_extended(Max(leaving->count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	int			i = 0;

	if (leaving->members->tenant_type)
		qsort(leaving->keys, leaving->count, sizeof(Key), compare_tenants);
	while (i < leaving->count)
	{
		const char *tenant = leaving->keys[i].tenant;
		int			count = 0;

		while (i < leaving->count &&
			   (tenant == NULL || strcmp(leaving->keys[i].tenant, tenant) == 0))
			ids[count++] = leaving->keys[i++].id;
		leave(leaving, tenant, ids, count);
	}
}

/*
 * Memberships that came and went while the groups were there count, if groups
 * with these ids come.
 */
static void
note_gone(const Leaving *leaving, bool all)
{
	if (all)
		scim_note_registered();
	for (int i = 0; i < leaving->count && !all; i++)
	{
		CHECK_FOR_INTERRUPTS();
		scim_note_no_group(leaving->keys[i].tenant,
						   scim_id_text(leaving->table->id_type, leaving->keys[i].id));
	}
}

/* Memberships that came are found by who removes them; those that went, by nobody. */
static void
refuse_unseen(const Leaving *leaving)
{
	for (int i = 0; i < leaving->count; i++)
	{
		const Key  *key = &leaving->keys[i];

		CHECK_FOR_INTERRUPTS();
		/* memberships that tell no tenant are not asked for it */
		scim_refuse_unseen_members(leaving->table, key->tenant ? key->tenant : "",
								   scim_id_text(leaving->table->id_type, key->id));
	}
}

/* ---- the trigger ---- */

static void
check_trigger(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	scim_check_called(fcinfo, "scim_delete_trigger");
	if (!TRIGGER_FIRED_AFTER(data->tg_event) || TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		!(TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) ||
		  (TRIGGER_FIRED_BY_DELETE(data->tg_event) && data->tg_oldtable)))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" must be fired AFTER DELETE, FOR EACH STATEMENT "
							   "with a transition table, or by TRUNCATE",
							   "scim_delete_trigger")));
	if (scim_trigger_kind(data->tg_trigger) != SCIM_DELETE_KIND)
		scim_refuse_trigger(data->tg_relation, data->tg_trigger);
}

static void
run(const TriggerData *data, const ScimRegistration *here)
{
	bool		truncated = TRIGGER_FIRED_BY_TRUNCATE(data->tg_event);
	Leaving		leaving = {.context = CurrentMemoryContext};

	leaving.table = scim_find_table(here->type);
	if (leaving.table == NULL || leaving.table->relid != here->root)
		return;					/* another one is registered by now */
	leaving.members = scim_memberships_of(leaving.table);
	if (leaving.members == NULL)
		return;
	if (!truncated)
		add_deleted(&leaving, here, data);
	if (scim_keeps_members(leaving.table))
		note_gone(&leaving, truncated);
	else if (scim_is_summed(leaving.table) && IsolationUsesXactSnapshot())
		refuse_unseen(&leaving);
	if (scim_key_action(leaving.table, leaving.members) != SCIM_KEY_NONE)
		return;
	if (truncated)
		add_named(&leaving);
	leave_all(&leaving);
}

/*
 * scim_delete_trigger(resource type): AFTER DELETE FOR EACH STATEMENT, with the
 * old rows as a transition table, or AFTER TRUNCATE.  Errors: see
 * scim_remove_memberships; INVALID_MAPPING.
 */
Datum
scim_delete_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const ScimRegistration *here;

	check_trigger(fcinfo);
	here = scim_row_registration(data->tg_relation);
	if (here == NULL)
		return PointerGetDatum(NULL);	/* nothing is registered any more */
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run(data, here);
	SPI_finish();
	return PointerGetDatum(NULL);
}
