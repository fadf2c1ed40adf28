/*
 * policies.c
 *		The policies that are set, as a session keeps them.
 *
 * Each write asks, and few ever change (registry/kept.h).
 */
#include "postgres.h"

#include "base/actor.h"
#include "common/hashfn.h"
#include "decision/code.h"
#include "decision/policies.h"
#include "decision/policy_read.h"
#include "decision/policy_rows.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/kept.h"
#include "registry/schemas.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(scim_policies_trigger);

/* Of more types and tenants than this, all are read anew. */
#define MOST_KEPT 1000

/* What applies to a type in a tenant; texts of its own, once it is kept. */
typedef struct Kept
{
	const char *type;			/* these two are the key */
	const char *tenant;
	const ScimPolicy *policy;	/* NULL: none */
} Kept;

#define KEY_SIZE offsetof(Kept, policy)

typedef struct Policies
{
	HTAB	   *kept;
	bool		none;			/* the table is empty: there is nothing to look for */
	uint64		schemas;		/* the generation that attributes are spelled by */
} Policies;

static Oid	policies_relid = InvalidOid;	/* of what was read, or is being read */

static bool
is_policies(Oid relid)
{
	return !OidIsValid(policies_relid) || relid == policies_relid;
}

static ScimKept keeping = {"policies", is_policies};

static inline Policies *
current(void)
{
	return keeping.content;
}

/* ---- what is kept ---- */

static uint32
hash_key(const void *key, Size size)
{
	const Kept *kept = key;

	return hash_combine(hash_bytes((const unsigned char *) kept->type, strlen(kept->type)),
						hash_bytes((const unsigned char *) kept->tenant, strlen(kept->tenant)));
}

static int
match_keys(const void *a, const void *b, Size size)
{
	const Kept *x = a;
	const Kept *y = b;

	return strcmp(x->type, y->type) == 0 && strcmp(x->tenant, y->tenant) == 0 ? 0 : 1;
}

static void
start(void)
{
	MemoryContext context = scim_new_kept(&keeping);
	Policies   *started = MemoryContextAllocZero(context, sizeof(Policies));
	HASHCTL		control = {
		.keysize = KEY_SIZE,
		.entrysize = sizeof(Kept),
		.hash = hash_key,
		.match = match_keys,
		.hcxt = context
	};

	started->kept = hash_create("scimver policies", 16, &control,
								HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	scim_keep(&keeping, context, started);
}

/* "policy" (NULL: none) lies in the context. */
static void
keep(const char *type, const char *tenant, const ScimPolicy *policy, MemoryContext context,
	 bool none)
{
	MemoryContext old;
	Kept		key;
	Kept	   *kept;

	if (current() && (current()->schemas != scim_schemas_generation() ||
					  hash_get_num_entries(current()->kept) >= MOST_KEPT))
		scim_forget_kept(&keeping);
	if (current() == NULL)
		start();
	old = MemoryContextSwitchTo(context);
	key = (Kept) {.type = pstrdup(type), .tenant = pstrdup(tenant)};
	kept = hash_search(current()->kept, &key, HASH_ENTER, NULL);
	kept->policy = policy;
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(context, keeping.context);
	current()->none = none;
	current()->schemas = scim_schemas_generation();
	scim_note_kept(&keeping);
}

/* ---- reading ---- */

static const ScimPolicy *
read_of(const ScimResourceType *type, const char *tenant)
{
	ScimPolicyRow row;
	ScimPolicy *policy;

	if (!scim_read_policy_row(tenant, type->name, NULL, &row))
		return NULL;
	policy = scim_read_policy(tenant, type, row.document, true);
	policy->version = row.version;
	return policy;
}

static const ScimPolicy *
read_policy(const ScimResourceType *type, const char *tenant)
{
	const ScimPolicy *policy = read_of(type, tenant);

	return policy ? policy : read_of(type, SCIM_ALL_TENANTS);
}

/* *none: there is none of any type. */
static const ScimPolicy *
read_now(const char *type, const char *tenant, bool *none)
{
	const ScimResourceType *found = scim_resource_type(type);

	policies_relid = scim_policies_table();
	*none = scim_has_no_policies();
	return found && !*none ? read_policy(found, tenant) : NULL;
}

/* What changes while we read may come too late for what was read first. */
static const ScimPolicy *
read_and_keep(const char *type, const char *tenant)
{
	for (;;)
	{
		uint64		started = keeping.generation;
		uint64		schemas = scim_schemas_generation();
		MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "scimver policy",
													  ALLOCSET_SMALL_SIZES);
		MemoryContext old = MemoryContextSwitchTo(context);
		bool		none;
		const ScimPolicy *policy = read_now(type, tenant, &none);

		MemoryContextSwitchTo(old);
		if (scim_kept_is_current(&keeping, started) &&
			(schemas == scim_schemas_generation() || debug_discard_caches > 0))
		{
			keep(type, tenant, policy, context, none);
			return policy;
		}
		MemoryContextDelete(context);
		CHECK_FOR_INTERRUPTS();
	}
}

const ScimPolicy *
scim_find_policy(const ScimResourceType *type, const char *tenant)
{
	Kept		key = {.type = type->name, .tenant = tenant};
	const Kept *kept;

	AcceptInvalidationMessages();
	if (current() && current()->schemas != scim_schemas_generation())
		scim_forget_kept(&keeping);
	if (current() && current()->none)
		return NULL;
	kept = current() ? hash_search(current()->kept, &key, HASH_FIND, NULL) : NULL;
	return kept ? kept->policy : read_and_keep(type->name, tenant);
}

static bool
is_exempt(const ScimResourceType *type, const ScimPolicy *policy)
{
	const ScimRegistration *table;

	if (!scim_has_any_role(scim_acting_role(), policy->exempt))
		return false;
	table = scim_find_table(type);
	return table ? scim_trusts_code(table) : scim_acts_itself();
}

const ScimPolicy *
scim_binding_policy(const ScimResourceType *type, const char *tenant)
{
	const ScimPolicy *policy = scim_find_policy(type, tenant);

	return policy && !is_exempt(type, policy) ? policy : NULL;
}

/* ---- changes ---- */

/*
 * What nobody could read would keep all from writing: whoever owns the table may write by
 * hand what a policy may be, and nothing else.  (A restore may bring the type later.)
 */
static void
check_row(HeapTuple row, Relation table)
{
	ScimPolicyRow found;
	const ScimResourceType *type;

	scim_check_policies_table(table);
	scim_take_policy_row(row, table, &found);
	type = scim_resource_type(found.type);
	if (type)
		(void) scim_read_policy(found.tenant, type, found.document, true);
}

/*
 * scim_policies_trigger(): AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW, as that of grants
 * (statement/granted.c).  INVALID_VALUE.
 */
Datum
scim_policies_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = scim_tell_change(fcinfo, "scim_policies_trigger");

	if (TRIGGER_FIRED_FOR_ROW(data->tg_event) && !TRIGGER_FIRED_BY_DELETE(data->tg_event))
		check_row(TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple,
				  data->tg_relation);
	return PointerGetDatum(NULL);
}

void
scim_init_policies(void)
{
	scim_init_kept(&keeping);
}
