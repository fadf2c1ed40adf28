/*
 * plans.c
 *		Saved plans.
 *
 * Plans of constant statements are few; those of compiled texts (lists with
 * filters) are as many as callers think of, and are bounded apart, so that they
 * never push the constant ones out.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "jit/jit.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/registration.h"
#include "statement/denied.h"
#include "statement/plans.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* A backend keeps no more plans than this. */
#define MOST_CONSTANT 500
#define MOST_COMPILED 100

/* It is hashed as bytes, so there is no padding. */
typedef struct PlanKey
{
	Oid			role;
	Oid			relid;
	Oid			trigger;
	uint16		compiled;		/* 1: of a text; 0: of a statement */
	uint16		own_tenant;
	uint64		what;			/* the hash of the text, or the address of the statement */
} PlanKey;

StaticAssertDecl(sizeof(PlanKey) == 4 * sizeof(uint32) + sizeof(uint64), "PlanKey is padded");

typedef struct PlanEntry
{
	PlanKey		key;
	SPIPlanPtr	plan;			/* NULL: none */
	char	   *text;			/* of a compiled one, else NULL */
	uint64		generation;		/* of the registrations it was made for */
} PlanEntry;

static HTAB *plans = NULL;
static int	kept[2];			/* how many constant and compiled ones there are */
static int	running = 0;		/* compiled plans that are being run */
static List *retired = NIL;		/* stale plans that a caller up the stack may still run */

static void
free_retired(XactEvent event, void *argument)
{
	ListCell   *cell;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	foreach(cell, retired)
		SPI_freeplan((SPIPlanPtr) lfirst(cell));
	list_free(retired);
	retired = NIL;
}

static void
init_plans(void)
{
	HASHCTL		control = {
		.keysize = sizeof(PlanKey),
		.entrysize = sizeof(PlanEntry),
		.hcxt = CacheMemoryContext
	};

	plans = hash_create("scimver plans", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	RegisterXactCallback(free_retired, NULL);
}

static void
make_key(PlanKey *key, const ScimPlanName *name)
{
	key->role = GetUserId();
	key->relid = name->relid;
	key->trigger = name->trigger;
	key->compiled = name->statement == NULL;
	key->own_tenant = name->own_tenant;
	key->what = name->statement ? (uintptr_t) name->statement :
		hash_bytes_extended((const unsigned char *) name->text, strlen(name->text), 0);
}

/* Constant ones are few; compiled ones would pile up in a transaction that asks much. */
static void
retire(PlanEntry *entry)
{
	MemoryContext old = MemoryContextSwitchTo(CacheMemoryContext);

	if (entry->plan && entry->key.compiled && running == 0)
		SPI_freeplan(entry->plan);
	else if (entry->plan)
		retired = lappend(retired, entry->plan);
	MemoryContextSwitchTo(old);
	if (entry->text)
		pfree(entry->text);
	entry->plan = NULL;
	entry->text = NULL;
}

/* A session that plays many roles, or asks many things: begin anew. */
static void
forget_plans(bool compiled)
{
	HASH_SEQ_STATUS scan;
	PlanEntry  *entry;

	hash_seq_init(&scan, plans);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if ((bool) entry->key.compiled != compiled)
			continue;
		retire(entry);
		hash_search(plans, &entry->key, HASH_REMOVE, NULL);
	}
	kept[compiled] = 0;
}

SPIPlanPtr
scim_saved_plan(const ScimPlanName *name)
{
	PlanKey		key;
	PlanEntry  *entry;

	if (plans == NULL)
		init_plans();
	make_key(&key, name);
	entry = hash_search(plans, &key, HASH_FIND, NULL);
	if (entry == NULL || entry->plan == NULL ||
		entry->generation != scim_registration_generation() ||
		(name->text && strcmp(entry->text, name->text) != 0))
		return NULL;
	return entry->plan;
}

void
scim_save_plan(const ScimPlanName *name, SPIPlanPtr plan, uint64 generation)
{
	bool		compiled = name->statement == NULL;
	char	   *text = name->text ? MemoryContextStrdup(CacheMemoryContext, name->text) : NULL;
	PlanKey		key;
	PlanEntry  *entry;
	bool		found;

	make_key(&key, name);
	if (kept[compiled] >= (compiled ? MOST_COMPILED : MOST_CONSTANT) &&
		hash_search(plans, &key, HASH_FIND, NULL) == NULL)
		forget_plans(compiled);
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "could not keep a plan");
	entry = hash_search(plans, &key, HASH_ENTER, &found);
	if (found)
		retire(entry);
	else
		kept[compiled]++;
	entry->plan = plan;
	entry->text = text;
	entry->generation = generation;
}

static int
execute(const ScimRun *run, Datum *values, const char *nulls)
{
	bool		latest = run->latest || run->regardless;

	if (!latest || !IsolationUsesXactSnapshot())
		return SPI_execute_plan(run->plan, values, nulls, run->read_only, 0);
	CommandCounterIncrement();
	return SPI_execute_snapshot(run->plan, values, nulls, GetLatestSnapshot(),
								run->regardless ? InvalidSnapshot : GetTransactionSnapshot(),
								false, true, 0);
}

/*
 * The error that ended a plan of the role, or (NULL) kept it from being made,
 * naming what it lacks.
 */
static void
explain_denial(SPIPlanPtr plan, const ScimRegistration *registration, Oid role,
			   MemoryContext context)
{
	ErrorData  *error;

	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	if (plan)
		scim_throw_denied(plan, role);
	scim_throw_no_schema(registration, role);
	ReThrowError(error);
}

SPIPlanPtr
scim_prepare(const char *sql, int nargs, Oid *types, int options,
			 const ScimRegistration *registration)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			role = GetUserId();
	SPIPlanPtr volatile plan = NULL;

	PG_TRY();
	{
		plan = SPI_prepare_cursor(sql, nargs, types, options);
	}
	PG_CATCH();
	{
		if (registration && registration->storage->explains_denial &&
			geterrcode() == ERRCODE_INSUFFICIENT_PRIVILEGE)
			explain_denial(NULL, registration, role, context);
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
	return plan;
}

/*
 * A generic plan of a look-up in a table of large groups is thought to be
 * expensive enough to be compiled to machine code.  That takes milliseconds,
 * and the look-up none, so nothing is compiled while a plan is made here.
 */
int
scim_run_plan(const ScimRun *run, Datum *values, const char *nulls)
{
	MemoryContext context = CurrentMemoryContext;
	Oid			role = GetUserId();
	bool		jit = jit_enabled;
	volatile int result = 0;

	PG_TRY();
	{
		jit_enabled = false;
		result = execute(run, values, nulls);
	}
	PG_CATCH();
	{
		jit_enabled = jit;
		if (run->mapped && geterrcode() == ERRCODE_INSUFFICIENT_PRIVILEGE)
			explain_denial(run->plan, run->mapped, role, context);
		PG_RE_THROW();
	}
	PG_END_TRY();
	jit_enabled = jit;
	/* SPI leaves its own, which loops of the caller would fill */
	MemoryContextSwitchTo(context);
	return result;
}

Portal
scim_open_plan(SPIPlanPtr plan, Datum *values)
{
	MemoryContext context = CurrentMemoryContext;
	bool		jit = jit_enabled;
	Portal volatile portal = NULL;

	PG_TRY();
	{
		jit_enabled = false;
		portal = SPI_cursor_open(NULL, plan, values, NULL, true);
	}
	PG_FINALLY();
	{
		jit_enabled = jit;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return portal;
}

int
scim_run_compiled(const ScimRun *run, Datum *values, const char *nulls)
{
	volatile int result = 0;

	running++;
	PG_TRY();
	{
		result = scim_run_plan(run, values, nulls);
	}
	PG_FINALLY();
	{
		running--;
	}
	PG_END_TRY();
	return result;
}
