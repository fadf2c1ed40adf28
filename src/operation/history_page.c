/*
 * history_page.c
 *		The changes of a resource, or of what else is in the history, page by page.
 *
 * A cursor holds the place in the chain from which the next page goes on, so that
 * pages follow whatever was written meanwhile.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "history/chain.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "operation/entry_shown.h"
#include "operation/history_page.h"

typedef struct HistoryPage
{
	ScimChainPlace place;		/* where it begins, then: where the next one does */
	bool		continues;		/* there was one before it */
	bool		complete;		/* the chain, as the first one found it */
	int64		oldest;			/* and its last entry's seq */
} HistoryPage;

/* ---- cursors ---- */

static char *
cursor_kind(const ScimHistoryOf *of)
{
	return psprintf("history of %s %s in %s", of->type, of->id, of->tenant);
}

static bool
bool_in(Jsonb *state, const char *key)
{
	JsonbValue	value;

	return scim_find(&state->root, key, &value) && value.type == jbvBool && value.val.boolean;
}

static void
read_place(const char *kind, const char *cursor, HistoryPage *page)
{
	Jsonb	   *state = scim_read_cursor(kind, cursor);
	ScimChainPlace *place = &page->place;
	JsonbValue	value;

	place->seq = scim_cursor_integer(state, "seq");
	place->taken = (int) scim_cursor_integer(state, "taken");
	place->state.revision = scim_cursor_integer(state, "revision");
	place->state.has_revision = place->state.revision != 0;
	place->state.linked = bool_in(state, "linked");
	place->state.gap = bool_in(state, "gap");
	place->state.xid = (uint64) scim_cursor_integer(state, "xid");
	if (scim_find(&state->root, "version", &value) && value.type == jbvString)
		place->state.version = scim_string_copy(&value);
	page->continues = true;
	page->complete = bool_in(state, "complete");
	page->oldest = scim_cursor_integer(state, "oldest");
}

static char *
write_place(const char *kind, const HistoryPage *page)
{
	JsonbValue *state = scim_new_object();
	const ScimChainPlace *place = &page->place;

	scim_set_integer(state, "seq", place->seq);
	scim_set_integer(state, "taken", place->taken);
	scim_set_integer(state, "revision", place->state.has_revision ? place->state.revision : 0);
	scim_set_bool(state, "linked", place->state.linked);
	scim_set_bool(state, "gap", place->state.gap);
	scim_set_integer(state, "xid", (int64) place->state.xid);
	if (place->state.version)
		scim_set_text(state, "version", place->state.version);
	scim_set_bool(state, "complete", page->complete);
	scim_set_integer(state, "oldest", page->oldest);
	return scim_write_cursor(kind, scim_write(state));
}

/* ---- a page ---- */

/* Opens the chain where the page begins. */
static void
open_chain(ScimChain *chain, const ScimHistoryOf *of, const char *kind, const char *cursor,
		   HistoryPage *page)
{
	if (cursor && cursor[0] != '\0')
	{
		read_place(kind, cursor, page);
		scim_open_chain_at(chain, of->tenant, of->type, of->id, &page->place);
	}
	else
		scim_open_chain(chain, of->tenant, of->type, of->id, of->version, of->revision);
}

/*
 * Whether the chain is whole is only known at its end: the first page goes there, and
 * the others have it from that.  What it found may have been pruned since, the oldest
 * entries first.
 */
static void
judge(ScimChain *chain, const char *id, HistoryPage *page)
{
	if (page->continues)
	{
		page->complete = page->complete && scim_chain_still_has(chain, id, page->oldest);
		return;
	}
	scim_chain_to_end(chain);
	page->complete = scim_chain_is_complete(chain);
	page->oldest = chain->last->seq;
}

/* The entries of the page; false: it is the last one. */
static bool
read_entries(ScimChain *chain, const char *id, int count, JsonbValue *entries, HistoryPage *page)
{
	const ScimHistoryEntry *entry;

	while ((entry = scim_chain_back(chain)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (entries->val.array.nElems == count)
		{
			judge(chain, id, page);
			return true;
		}
		scim_append(entries, scim_show_entry(entry));
		page->place = chain->place;
	}
	page->complete = scim_chain_is_complete(chain);
	return false;
}

JsonbValue *
scim_read_history_page(const ScimHistoryOf *of, int count, const char *cursor)
{
	JsonbValue *response = scim_new_object();
	JsonbValue *entries = scim_new_array();
	const char *kind = cursor_kind(of);
	HistoryPage page = {0};
	ScimChain	chain;
	bool		has_more;
	bool		is_empty;

	open_chain(&chain, of, kind, cursor, &page);
	has_more = read_entries(&chain, of->id, count, entries, &page);
	is_empty = chain.last == NULL;
	scim_set_value(response, "entries", entries);
	scim_set_bool(response, "complete", page.complete);
	if (has_more)
		scim_set_text(response, "nextCursor", write_place(kind, &page));
	scim_close_chain(&chain);
	return is_empty && of->version == NULL ? NULL : response;
}
