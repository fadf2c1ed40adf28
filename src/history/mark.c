/*
 * mark.c
 *		Entries about all resources of a type.
 *
 * They are few, and found by tenant: what is read for them is one row of each.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "history/entries.h"
#include "history/mark.h"
#include "history/place.h"
#include "history/table.h"
#include "history/values.h"
#include "history/write.h"
#include "resource/frame.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/*
 * No index tells of what types there are refusals alone.  They are looked for among so
 * many rows of a tenant; a mark where there is nothing to be hidden does no harm.
 */
#define MOST_LOOKED_AT 10000

static void
write_mark(ScimHistoryOperation operation, const ScimResourceType *type, const char *tenant)
{
	ScimChange	change = {.operation = operation, .type = type->name, .tenant = tenant};

	change.at = GetCurrentTimestamp();
	scim_write_history(&change);
}

/* ---- another mapping ---- */

typedef struct Remapping
{
	Relation	history;
	const ScimResourceType *type;
} Remapping;

static void
mark_tenant(Datum tenant, void *argument)
{
	const Remapping *remapping = argument;
	const char *type = remapping->type->name;
	const char *name = TextDatumGetCString(tenant);

	if (scim_has_entries(name, type) ||
		scim_may_have_row_with(remapping->history, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), tenant,
							   SCIM_ENTRY_NUMBER(SCIM_ENTRY_TYPE), type, MOST_LOOKED_AT))
		write_mark(SCIM_HISTORY_REMAPPED, remapping->type, name);
}

void
scim_mark_remapped(const ScimResourceType *type)
{
	Remapping	remapping = {.type = type};

	remapping.history = scim_open_history_table(AccessShareLock);
	if (remapping.history == NULL)
		return;
	/* what the command has written so far counts */
	CommandCounterIncrement();
	scim_each_value(remapping.history, SCIM_ENTRY_NUMBER(SCIM_ENTRY_TENANT), mark_tenant,
					&remapping);
	table_close(remapping.history, NoLock);
}

/* ---- TRUNCATE ---- */

/* What a TRUNCATE has written so far; left for the triggers of other parts of the table. */
typedef struct Truncation
{
	const ScimRegistration *here;
	SubTransactionId transaction;
	HTAB	   *tenants;		/* those that have their entry */
} Truncation;

static uint32
hash_tenant(const void *key, Size size)
{
	const char *tenant = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) tenant, strlen(tenant)));
}

static int
compare_tenants(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* That of the command, or a new one. */
static Truncation *
current_truncation(Oid root)
{
	Truncation *truncation = scim_left(SCIM_LEFT_TRUNCATED, root);
	SubTransactionId transaction = GetCurrentSubTransactionId();
	HASHCTL		control = {
		.keysize = sizeof(char *),
		.entrysize = sizeof(char *),
		.hash = hash_tenant,
		.match = compare_tenants
	};

	/* what a subtransaction wrote that was rolled back is gone */
	if (truncation && truncation->transaction == transaction)
		return truncation;
	control.hcxt = scim_start_leaving(SCIM_LEFT_TRUNCATED);
	truncation = MemoryContextAllocZero(control.hcxt, sizeof(Truncation));
	truncation->transaction = transaction;
	truncation->tenants = hash_create("scimver truncated tenants", 16, &control,
									  HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	return truncation;
}

static void
mark_truncated(Truncation *truncation, const char *tenant)
{
	bool		found;
	const char **entry = hash_search(truncation->tenants, &tenant, HASH_ENTER, &found);

	if (found)
		return;
	*entry = MemoryContextStrdup(GetMemoryChunkContext(truncation), tenant);
	write_mark(SCIM_HISTORY_TRUNCATE, truncation->here->type, tenant);
}

static void
mark_truncated_value(Datum value, void *argument)
{
	Truncation *truncation = argument;
	char	   *tenant = scim_id_text(truncation->here->tenant_type, value);

	mark_truncated(truncation, tenant);
	pfree(tenant);
}

void
scim_mark_truncated(Relation relation, const ScimRegistration *here)
{
	Truncation *truncation = current_truncation(here->root);

	truncation->here = here;
	if (here->tenant_type)
		scim_each_value(relation, here->numbers[SCIM_COLUMN_TENANT], mark_truncated_value,
						truncation);
	else if (scim_has_row(relation))
		mark_truncated(truncation, here->tenant);
	scim_leave(SCIM_LEFT_TRUNCATED, here->root, truncation);
}
