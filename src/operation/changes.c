/*
 * changes.c
 *		What was changed since, page by page.
 *
 * A reader is served in rounds.  A round brings what a snapshot shows that the one
 * before did not; its pages follow the order of seq, and it is over when nothing is
 * left.  So a transaction that goes on for long holds nothing up, and what it brings
 * comes in the first round after its commit, whatever its seqs are.
 *
 * A cursor holds both snapshots in a round, and one between two.  What it does not
 * hold is what the reader may see: that is asked anew each time.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "history/document.h"
#include "history/document_rights.h"
#include "history/feed.h"
#include "history/in_order.h"
#include "history/place.h"
#include "history/pruned.h"
#include "history/rights.h"
#include "history/wal.h"
#include "miscadmin.h"
#include "operation/changes.h"
#include "operation/cursor.h"
#include "operation/entry_shown.h"
#include "operation/feed_cursor.h"
#include "operation/feed_tenant.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/tenant.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* A type of which entries were come upon. */
typedef struct TypeShown
{
	const char *name;			/* as it stands in them */
	int			length;
	bool		is_shown;
	bool		of_policies;	/* each of a type of its own, of which the caller may see them or
								 * not */
	int64		begins;			/* what is before that seq is not */
} TypeShown;

/* A call. */
typedef struct Changes
{
	const char *given_tenant;
	const char *type;			/* NULL: all that the caller may see */
	char	   *tenant;
	const char *kind;			/* of its cursors */
	const char *cursor;
	int			count;
	bool		briefly;		/* what was changed is wanted, not how and by whom */
	ScimHistoryServer server;
	ScimSeen	now;			/* what the snapshot of this call shows */
	ScimPruned	pruned;
	ScimFeedPlace place;
	List	   *types;			/* TypeShown */
	ScimHistoryEntry **entries; /* of the page */
	int			entry_count;
	bool		is_cut;			/* there are more in the round */
	JsonbValue *shown;
} Changes;

/* ---- whose changes ---- */

static void
find_type(Changes *changes, const char *name)
{
	const ScimResourceType *type = scim_resource_type(name);
	const ScimRegistration *table = scim_find_table(type);

	if (scim_means_documents(name))
	{
		changes->type = scim_kind_of(name);
		changes->tenant = scim_check_documents(name, changes->given_tenant, NULL);
		return;
	}
	if (table == NULL)
		scim_throw_not_registered(name, NULL);
	changes->type = type->name;
	changes->tenant = scim_tenant_of(table, changes->given_tenant);
	scim_check_history(table, changes->tenant);
}

static void
find_types(Changes *changes, const char *name)
{
	if (name)
		find_type(changes, name);
	else
		changes->tenant = scim_feed_tenant(changes->given_tenant);
	changes->kind = scim_feed_kind(changes->type, changes->tenant);
}

/* ---- what is shown ---- */

static void
look_at_table(const Changes *changes, TypeShown *shown)
{
	const ScimRegistration *table = scim_find_table(scim_resource_type(shown->name));
	const char *tenant = table ? scim_find_tenant(table, changes->given_tenant) : NULL;

	shown->is_shown = tenant && strcmp(tenant, changes->tenant) == 0 &&
		scim_sees_history(table, tenant);
	if (shown->is_shown)
		shown->begins = scim_history_begins(tenant, shown->name);
}

static TypeShown *
look_at_type(const Changes *changes, const char *name, int length)
{
	TypeShown  *shown = palloc0(sizeof(TypeShown));

	shown->name = pnstrdup(name, length);
	shown->length = length;
	if (changes->type && strcmp(changes->type, shown->name) != 0)
		return shown;
	shown->of_policies = scim_means_policies(shown->name);
	if (scim_means_documents(shown->name))
		shown->is_shown = shown->of_policies ||
			scim_sees_document(shown->name, changes->tenant, NULL);
	else
		look_at_table(changes, shown);
	return shown;
}

static const TypeShown *
find_shown(Changes *changes, const ScimHistoryEntry *entry)
{
	const struct varlena *packed = PG_DETOAST_DATUM_PACKED(entry->values[SCIM_ENTRY_TYPE]);
	const char *name = VARDATA_ANY(packed);
	int			length = VARSIZE_ANY_EXHDR(packed);
	TypeShown  *shown;
	ListCell   *cell;

	foreach(cell, changes->types)
	{
		shown = lfirst(cell);
		if (shown->length == length && memcmp(shown->name, name, length) == 0)
			return shown;
	}
	shown = look_at_type(changes, name, length);
	changes->types = lappend(changes->types, shown);
	return shown;
}

static bool
sees_policy(const Changes *changes, const ScimHistoryEntry *entry)
{
	const char *id = scim_entry_id(entry);

	return id && scim_sees_document(SCIM_POLICY_KIND, changes->tenant, id);
}

/* What another mapping told before is not, but that there is another one now. */
static bool
is_shown(Changes *changes, const ScimHistoryEntry *entry)
{
	const TypeShown *type = find_shown(changes, entry);

	if (type->of_policies)
		return type->is_shown && sees_policy(changes, entry);
	return type->is_shown && entry->seq >= type->begins;
}

/* ---- a page ---- */

/* Takes the entries of the page out of the feed, as they came. */
static void
take_entries(Changes *changes, ScimFeed *feed)
{
	ScimFeedPlace *place = &changes->place;
	ScimHistoryEntry *entry;

	changes->entries = palloc_extended(changes->count * sizeof(ScimHistoryEntry *),
									   MCXT_ALLOC_HUGE);
	while ((entry = scim_next_in_feed(feed)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_shown(changes, entry))
		{
			place->last = entry->seq;
			scim_free_entry(entry);
			continue;
		}
		if (changes->entry_count == changes->count)
		{
			changes->is_cut = true;
			return;
		}
		changes->entries[changes->entry_count++] = entry;
		place->last = entry->seq;
	}
	changes->is_cut = scim_feed_goes_on(feed, &place->last);
}

/* Has anything gone since the round began? */
static bool
was_pruned_meanwhile(const Changes *changes)
{
	return (uint64) changes->place.pruned != changes->pruned.xmax;
}

/*
 * Some of a transaction may have gone since the round began, so that nobody can tell any
 * more in which order the rest of it comes, and which of it was delivered.
 */
static void
check_kept(const Changes *changes)
{
	const ScimPruned *pruned = &changes->pruned;

	if (!was_pruned_meanwhile(changes) || pruned->seq <= changes->server.floor)
		return;
	for (int i = 0; i < changes->entry_count; i++)
	{
		if (changes->entries[i]->xid <= pruned->xid)
			scim_throw_changes_lost("changes behind the cursor are not kept any more");
	}
}

/* What was written, in no more room than it takes. */
static Jsonb *
copy(const Jsonb *written)
{
	Size		size = VARSIZE(written);

	return memcpy(palloc(size), written, size);
}

/* Each is written at once: what it is made of takes far more room. */
static void
show_entries(Changes *changes)
{
	MemoryContext page = CurrentMemoryContext;
	MemoryContext own = AllocSetContextCreate(page, "scimver change", ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < changes->entry_count; i++)
	{
		JsonbValue	shown;
		Jsonb	   *written;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(own);
		written = scim_write(changes->briefly ? scim_show_what_changed(changes->entries[i])
							 : scim_show_change(changes->entries[i]));
		MemoryContextSwitchTo(page);
		scim_root(copy(written), &shown);
		MemoryContextReset(own);
		scim_append(changes->shown, &shown);
	}
	MemoryContextDelete(own);
}

static void
read_page(Changes *changes, int64 behind)
{
	ScimFeedPlace *place = &changes->place;
	ScimFeed   *feed = scim_open_feed(changes->tenant, place->has_from ? &place->from : NULL,
									  &place->to, behind);
	ScimStretch stretch = {
		.tenant = changes->tenant,
		.floor = changes->server.floor,
		.behind = behind
	};

	take_entries(changes, feed);
	check_kept(changes);
	stretch.up_to = changes->is_cut ? place->last : PG_INT64_MAX;
	stretch.entries = changes->entries;
	stretch.count = changes->entry_count;
	scim_put_in_order(&stretch);
	show_entries(changes);
	scim_close_feed(feed);
}

/* ---- where a reader is ---- */

/*
 * Is something gone that the reader has not got?  In a round, what comes late in it is
 * what "from" had not seen; behind that, what "to" has not.
 */
static void
check_pruned(const Changes *changes)
{
	const ScimFeedPlace *place = &changes->place;
	const ScimPruned *pruned = &changes->pruned;
	int64		got = place->has_from ? place->from.seq : PG_INT64_MIN;
	const ScimSeen *seen = &place->from;

	/* what had gone before the round began is no part of it, though rows before it may be */
	if (place->in_round && !was_pruned_meanwhile(changes))
		return;
	if (place->in_round)
	{
		if (!place->has_from || place->last >= got || pruned->seq <= place->last)
			seen = &place->to;
		got = Max(got, place->last);
	}
	if (pruned->seq > got || scim_lost_unseen(pruned, seen))
		scim_throw_changes_lost("changes behind the cursor are not kept any more");
}

/*
 * Of what was handed out everything was on disk, so that a server that has less is one
 * that was set back; not so the next xid, which may have been given to a transaction
 * of which nothing was written.
 */
static void
check_past(const Changes *changes, const ScimSeen *seen)
{
	if (seen->seq > changes->now.seq || seen->xmax > changes->now.next)
		scim_throw_changes_lost("the cursor is of a time to which this server has not come");
}

static bool
is_from_oldest(const Changes *changes)
{
	return changes->cursor == NULL || strcmp(changes->cursor, SCIM_CHANGES_FROM_OLDEST) == 0;
}

static bool
is_from_now(const Changes *changes)
{
	return changes->cursor && strcmp(changes->cursor, SCIM_CHANGES_FROM_NOW) == 0;
}

static void
find_place(Changes *changes)
{
	ScimFeedPlace *place = &changes->place;

	place->server = changes->server;
	place->has_from = is_from_now(changes);
	if (place->has_from)
		place->from = changes->now;
	if (place->has_from || is_from_oldest(changes))
		return;
	scim_read_feed_cursor(changes->kind, changes->cursor, &changes->server, place);
	if (place->has_from)
		check_past(changes, &place->from);
	if (place->in_round)
		check_past(changes, &place->to);
	check_pruned(changes);
}

/*
 * Does the snapshot show what it takes to go on?  An older one, that the transaction
 * keeps, may not: then there is nothing yet.
 */
static bool
can_go_on(const Changes *changes)
{
	const ScimFeedPlace *place = &changes->place;

	if (place->in_round)
		return scim_covers(&changes->now, &place->to);
	return !place->has_from || scim_covers(&changes->now, &place->from);
}

/* Has no transaction ended since the round before? */
static bool
is_nothing_new(const Changes *changes)
{
	const ScimFeedPlace *place = &changes->place;

	return !place->in_round && place->has_from && scim_covers(&place->from, &changes->now);
}

/* ---- the answer ---- */

static char *
next_cursor(const Changes *changes)
{
	return scim_write_feed_cursor(changes->kind, &changes->place);
}

/* Where it was, it stays; and so does its cursor, unless that grows old. */
static char *
same_cursor(const Changes *changes)
{
	if (scim_setting_cursor_timeout > 0 || is_from_now(changes) || is_from_oldest(changes))
		return next_cursor(changes);
	return pstrdup(changes->cursor);
}

/* A page of the round, which begins or goes on. */
static void
go_on(Changes *changes)
{
	ScimFeedPlace *place = &changes->place;
	bool		begins = !place->in_round;

	if (begins)
	{
		place->in_round = true;
		place->to = changes->now;
		place->pruned = (int64) changes->pruned.xmax;
		place->last = PG_INT64_MIN;
	}
	read_page(changes, place->last);
	if (!changes->is_cut)
	{
		place->has_from = true;
		place->from = place->to;
		place->in_round = false;
	}
	if (begins)
		scim_make_durable();
}

static JsonbValue *
answer(Changes *changes)
{
	JsonbValue *response = scim_new_object();
	bool		stays = !can_go_on(changes) || is_nothing_new(changes);

	changes->shown = scim_new_array();
	if (!stays)
		go_on(changes);
	else if (is_from_now(changes))
		scim_make_durable();
	scim_set_value(response, "changes", changes->shown);
	scim_set_text(response, "nextCursor", stays ? same_cursor(changes) : next_cursor(changes));
	scim_set_bool(response, "more", changes->is_cut);
	return response;
}

static JsonbValue *
answer_fresh(Changes *changes)
{
	JsonbValue *response;

	changes->server = scim_history_server();
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	scim_see(&changes->now, &changes->server);
	changes->pruned = scim_read_pruned(changes->tenant);
	find_place(changes);
	response = answer(changes);
	PopActiveSnapshot();
	return response;
}

Jsonb *
scim_store_changes(const char *cursor, int count, const char *resource_type, const char *tenant,
				   bool briefly)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "scimver changes",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(own);
	Changes		changes = {
		.given_tenant = tenant,
		.cursor = cursor,
		.count = scim_cut_count(count),
		.briefly = briefly
	};
	Jsonb	   *result;

	find_types(&changes, resource_type);
	result = scim_write_in(caller, answer_fresh(&changes));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(own);
	return result;
}
