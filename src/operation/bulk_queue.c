/*
 * bulk_queue.c
 *		The queue of a tenant's bulks, and how single calls pass it.
 *
 * Who gives up one unique value and takes another, or takes several, holds what a bulk may
 * wait for, while he waits for what the bulk holds: so these wait in front.  Who takes one
 * value, and holds none before, does so without waiting, as does a delete.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_extension.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "operation/bulk_queue.h"
#include "operation/named_parts.h"
#include "operation/unique.h"
#include "registry/extension.h"
#include "registry/unique_names.h"
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "storage/lmgr.h"
#include "utils/acl.h"

/* ---- the lock ---- */

static bool
lock_queue(const char *tenant, LOCKMODE mode, bool dont_wait)
{
	uint32		hash = hash_bytes((const unsigned char *) tenant, strlen(tenant));
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, ExtensionRelationId, scim_extension_oid(),
					   (uint16) hash);
	return LockAcquire(&tag, mode, false, dont_wait) != LOCKACQUIRE_NOT_AVAIL;
}

void
scim_queue_bulk(const char *tenant)
{
	(void) lock_queue(tenant, ExclusiveLock, false);
}

/* ---- what is written ---- */

/* Parts of which one may be unique. */
typedef struct Search
{
	const ScimUniqueNames *unique;
	bool		found;
} Search;

static void
look_at_part(const ScimNamedPart *part, void *argument)
{
	Search	   *search = argument;

	if (!search->found)
		search->found = scim_may_name_unique(search->unique, part->name, part->length);
}

bool
scim_may_write_unique(const ScimRegistration *table, ScimOperation operation, Jsonb *operations)
{
	Search		search = {.unique = scim_unique_names(table)};

	if (search.unique->count == 0 && !search.unique->any)
		return false;
	if (operation != SCIM_PATCHES || search.unique->any || operations == NULL)
		return true;
	scim_visit_parts(operation, operations, look_at_part, &search);
	return search.found;
}

/* ---- single calls ---- */

/* Would the UPDATE write another value into such a column than it finds there? */
static bool
changes_column(ScimWrite *write, const ScimUniqueNames *unique)
{
	const ScimRegistration *table = write->target.table;
	const ScimSplit *split = write->wanted.split;

	for (int i = 0; split && i < table->mapped_count; i++)
	{
		if (split->changed[i] && (table->mapped[i].unique ||
								  scim_is_in_unique_index(unique, table->mapped[i].number)))
			return true;
	}
	return split && split->data_changed && (unique->any || table->in_data_count > 0);
}

/*
 * A whole document names all that is unique, and mostly leaves it as it is: then it need not
 * wait.  The row is read, and not locked, as others must not wait for who waits here.
 */
static bool
replaces_unique(ScimWrite *write)
{
	const ScimRegistration *table = write->target.table;
	Jsonb	   *document = write->wanted.document;
	bool		result;

	if (!scim_fetch(&write->target, write->wanted.id, false, &write->row))
		return false;
	if (!table->storage->compares)
		return scim_unique_names(table)->any ||
			scim_changes_unique(table, scim_row_data(table, &write->row), document);
	scim_write_take_apart(write, &write->row);
	result = changes_column(write, scim_unique_names(table));
	write->wanted.split = NULL;
	write->wanted.document = document;
	return result;
}

/* An INSERT that skips what is taken looks before it takes anything. */
static bool
takes_several(const ScimRegistration *table)
{
	return !table->storage->skips_taken && scim_unique_names(table)->indexes > 1;
}

static bool
must_wait(ScimWrite *write)
{
	const ScimRegistration *table = write->target.table;

	switch (write->call.operation)
	{
		case SCIM_CREATES:
			return takes_several(table);
		case SCIM_UPDATES:
			return scim_may_write_unique(table, SCIM_UPDATES, NULL) &&
				!lock_queue(write->target.tenant, ShareLock, true) && replaces_unique(write);
		case SCIM_PATCHES:
			return scim_may_write_unique(table, SCIM_PATCHES, write->asked);
		default:
			/* what comes back takes all that it had */
			return true;
	}
}

/* Who may write nothing will be refused: he neither waits, nor is he waited for. */
static bool
may_write(const ScimTarget *target)
{
	return scim_works_with(target->table, target->tenant) &&
		scim_has_privilege(target->table, ACL_INSERT | ACL_UPDATE);
}

void
scim_pass_bulks(ScimWrite *write)
{
	/* on a standby nobody writes: what comes next says so */
	if (RecoveryInProgress())
		return;
	if (write->proposes != SCIM_PROPOSES_ALWAYS && may_write(&write->target) && must_wait(write))
		(void) lock_queue(write->target.tenant, ShareLock, false);
}
