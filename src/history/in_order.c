/*
 * in_order.c
 *		The entries of one resource in one transaction, in the order of what happened.
 *
 * Where all of a transaction is in the stretch, what is there says enough.  Of one that
 * goes beyond it, the others of the resource are read as well.  While a transaction
 * goes on nobody else writes the resource, whose row it has locked, so that they
 * stand side by side in the index by resource.
 */
#include "postgres.h"

#include "history/extent.h"
#include "history/in_order.h"
#include "history/place.h"
#include "history/rights.h"
#include "history/way.h"
#include "miscadmin.h"
#include "registry/schemas.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* More than these, of one resource in one transaction, come as they came. */
#define MOST_ENTRIES 10000

/* So many entries of before, and no more, are asked for the version that a resource had. */
#define MOST_BEFORE 1000

/* An entry of the stretch, and whose it is. */
typedef struct Slot
{
	int			place;			/* in the stretch */
	bool		is_restored;	/* its xid is of another server */
	ScimHistoryEntry *entry;
	const char *type;
	const char *id;
	int			type_length;
	int			id_length;
} Slot;

/* Those of a resource in a transaction. */
typedef struct Part
{
	ScimStretch *stretch;
	const Slot *slots;
	int			slot_count;
	ScimHistoryEntry **entries; /* of it, in the stretch and outside, in the order of seq */
	int			count;
	bool		is_read;		/* they are not those of the stretch */
} Part;

/* ---- whose they are ---- */

static void
set_text(const ScimHistoryEntry *entry, ScimEntryColumn column, const char **text, int *length)
{
	const struct varlena *packed = PG_DETOAST_DATUM_PACKED(entry->values[column]);

	*text = VARDATA_ANY(packed);
	*length = VARSIZE_ANY_EXHDR(packed);
}

/* Those that are of a single resource. */
static Slot *
make_slots(const ScimStretch *stretch, int *count)
{
	Slot	   *slots = palloc_extended(Max(stretch->count, 1) * sizeof(Slot), MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < stretch->count; i++)
	{
		ScimHistoryEntry *entry = stretch->entries[i];
		Slot	   *slot = &slots[*count];

		if (entry->nulls[SCIM_ENTRY_ID])
			continue;
		slot->place = i;
		slot->entry = entry;
		slot->is_restored = entry->seq <= stretch->floor;
		set_text(entry, SCIM_ENTRY_TYPE, &slot->type, &slot->type_length);
		set_text(entry, SCIM_ENTRY_ID, &slot->id, &slot->id_length);
		(*count)++;
	}
	return slots;
}

static int
compare_transactions(const Slot *a, const Slot *b)
{
	if (a->entry->xid != b->entry->xid)
		return a->entry->xid < b->entry->xid ? -1 : 1;
	return (int) a->is_restored - (int) b->is_restored;
}

static int
compare_parts(const Slot *a, const Slot *b)
{
	int			order = compare_transactions(a, b);

	if (order == 0)
		order = a->id_length - b->id_length;
	if (order == 0)
		order = memcmp(a->id, b->id, a->id_length);
	if (order == 0)
		order = a->type_length - b->type_length;
	return order ? order : memcmp(a->type, b->type, a->type_length);
}

static int
compare_slots(const void *a, const void *b)
{
	const Slot *first = a;
	const Slot *second = b;
	int			order = compare_parts(first, second);

	return order ? order : first->place - second->place;
}

/* ---- those of one ---- */

/* As it was written: none of another life of the resource, that stands under the same xid. */
static bool
is_of(const ScimHistoryEntry *entry, const Part *part)
{
	return entry->xid == part->slots->entry->xid &&
		(entry->seq <= part->stretch->floor) == part->slots->is_restored &&
		entry->operation != SCIM_HISTORY_REFUSED;
}

/* Behind that seq the history of the type is shown. */
static int64
begins_behind(const Part *part, const char *type)
{
	const ScimResourceType *known = scim_resource_type(type);

	return known ? scim_history_begins(part->stretch->tenant, known->name) : 0;
}

static void
take_slots(Part *part)
{
	part->entries = palloc_extended(part->slot_count * sizeof(ScimHistoryEntry *),
									MCXT_ALLOC_HUGE);
	part->count = part->slot_count;
	part->is_read = false;
	for (int i = 0; i < part->count; i++)
		part->entries[i] = part->slots[i].entry;
}

/* Reads all of them; false: they are too many. */
static bool
read_all(Part *part, int64 first, int64 last)
{
	const char *type = pnstrdup(part->slots->type, part->slots->type_length);
	const char *id = pnstrdup(part->slots->id, part->slots->id_length);
	int64		begins = begins_behind(part, type);
	ScimHistoryReader *reader = scim_open_history_between(part->stretch->tenant, type, id, first,
														  last, GetActiveSnapshot());
	ScimHistoryEntry *entry;
	int			room = part->slot_count + 2;

	part->entries = palloc_extended(room * sizeof(ScimHistoryEntry *), MCXT_ALLOC_HUGE);
	part->count = 0;
	part->is_read = true;
	while (part->count <= MOST_ENTRIES && (entry = scim_next_entry(reader)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_of(entry, part) || entry->seq <= begins)
		{
			scim_free_entry(entry);
			continue;
		}
		if (part->count == room)
			part->entries = repalloc_huge(part->entries,
										  (room *= 2) * sizeof(ScimHistoryEntry *));
		part->entries[part->count++] = entry;
	}
	scim_close_history(reader);
	return part->count <= MOST_ENTRIES;
}

/* ---- their order ---- */

static bool
same_version(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* They led back to where they had begun, so that they stand as well from anywhere on. */
static bool
is_circle(const Part *part)
{
	return same_version(part->entries[0]->previous_version,
						part->entries[part->count - 1]->version);
}

/* There is but one way where each revision is higher than the one before. */
static bool
revisions_rise(const Part *part)
{
	for (int i = 0; i < part->count; i++)
	{
		const ScimHistoryEntry *entry = part->entries[i];

		if (!entry->has_revision || entry->operation == SCIM_HISTORY_CREATE ||
			(i > 0 && entry->revision <= part->entries[i - 1]->revision))
			return false;
	}
	return true;
}

/*
 * Reads those of the transaction before, in no order; "next": the first of them; "room":
 * so many may be read.
 */
static List *
read_transaction(const Part *part, ScimHistoryReader *reader, ScimHistoryEntry **next, int *room)
{
	const ScimHistoryEntry *first = *next;
	List	   *entries = NIL;

	for (; *next && *room > 0; *next = scim_next_entry(reader), (*room)--)
	{
		CHECK_FOR_INTERRUPTS();
		if ((*next)->operation == SCIM_HISTORY_REFUSED)
			continue;
		if ((*next)->xid != first->xid ||
			((*next)->seq <= part->stretch->floor) != (first->seq <= part->stretch->floor))
			break;
		entries = lappend(entries, *next);
	}
	return entries;
}

static int
find_ends(List *entries, const char **version)
{
	int			count = list_length(entries);
	ScimHistoryEntry **array = palloc_extended(Max(count, 1) * sizeof(ScimHistoryEntry *),
											   MCXT_ALLOC_HUGE);

	for (int i = 0; i < count; i++)
		array[i] = list_nth(entries, i);
	return scim_find_ends(array, count, version);
}

/*
 * The version that the resource had before; false: that is not known.  A transaction
 * that led back to where it had begun left it as it was; where one after the other did
 * so, they are not all read.
 */
static bool
find_before(const Part *part, const char **version)
{
	const char *type = pnstrdup(part->slots->type, part->slots->type_length);
	const char *id = pnstrdup(part->slots->id, part->slots->id_length);
	ScimHistoryReader *reader = scim_open_history(part->stretch->tenant, type, id,
												  part->entries[0]->seq - 1,
												  GetActiveSnapshot());
	ScimHistoryEntry *next = scim_next_entry(reader);
	int			ends = 0;
	int			room = MOST_BEFORE;

	while (ends == 0 && next && room > 0)
	{
		List	   *entries = read_transaction(part, reader, &next, &room);

		ends = find_ends(entries, version);
	}
	scim_close_history(reader);
	return ends == 1 && room > 0;
}

static void
find_order(Part *part, bool stand)
{
	const char *before = NULL;
	bool		knows_before = find_before(part, &before);

	if (stand && (!knows_before || same_version(before, part->entries[0]->previous_version)))
		return;
	scim_find_way(part->entries, part->count, knows_before, before);
}

static void
order_entries(Part *part)
{
	bool		stand;
	MemoryContext own;
	MemoryContext caller;

	if (part->count < 2)
		return;
	stand = scim_is_way(part->entries, part->count);
	if (stand && (!is_circle(part) || revisions_rise(part)))
		return;
	own = AllocSetContextCreate(CurrentMemoryContext, "scimver order", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(own);
	find_order(part, stand);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(own);
}

/* Gives each place of the stretch the entry whose turn it is. */
static void
order_part(Part *part)
{
	int64	   *seqs = palloc_extended(part->count * sizeof(int64), MCXT_ALLOC_HUGE);
	int			i = 0;

	for (int j = 0; j < part->count; j++)
		seqs[j] = part->entries[j]->seq;
	order_entries(part);
	for (int j = 0; j < part->slot_count; j++)
	{
		const Slot *slot = &part->slots[j];

		while (i < part->count && seqs[i] < slot->entry->seq)
			i++;
		/* one that is missing was hidden this moment, as the type has got another mapping */
		if (i < part->count && seqs[i] == slot->entry->seq)
		{
			part->stretch->entries[slot->place] = part->entries[i];
			part->entries[i] = NULL;
		}
	}
	pfree(seqs);
}

/* Those that were read, and have no place in the stretch, may be far more than those that have. */
static void
free_entries(Part *part)
{
	for (int i = 0; part->is_read && i < part->count; i++)
	{
		if (part->entries[i])
			scim_free_entry(part->entries[i]);
	}
	pfree(part->entries);
}

/* ---- the transactions of a stretch ---- */

/* Does the transaction go beyond the stretch? */
static bool
goes_beyond(const ScimStretch *stretch, ScimExtents *extents, uint64 xid, int64 *first,
			int64 *last)
{
	if (extents == NULL)
		return false;
	scim_find_extent(extents, xid, first, last);
	return *first <= stretch->behind || *last > stretch->up_to;
}

/* Takes all entries of the part, be some of them elsewhere; false: it stays as it is. */
static bool
take_part(Part *part, ScimExtents *extents, bool beyond, int64 first, int64 last)
{
	if (part->slot_count > MOST_ENTRIES || (part->slot_count == 1 && !beyond))
		return false;
	if (beyond && scim_has_more_entries(extents, part->slots->entry, first, last,
										part->slot_count))
	{
		if (read_all(part, first, last))
			return true;
		free_entries(part);
		return false;
	}
	if (part->slot_count == 1)
		return false;
	take_slots(part);
	return true;
}

/* The slots of a transaction. */
static void
order_transaction(ScimStretch *stretch, ScimExtents *extents, const Slot *slots, int count)
{
	int64		first = 0;
	int64		last = 0;
	bool		beyond = goes_beyond(stretch, extents, slots->entry->xid, &first, &last);
	Part		part = {.stretch = stretch};

	for (int i = 0; i < count; i += part.slot_count)
	{
		CHECK_FOR_INTERRUPTS();
		part.slots = &slots[i];
		part.slot_count = 1;
		while (i + part.slot_count < count &&
			   compare_parts(part.slots, &slots[i + part.slot_count]) == 0)
			part.slot_count++;
		if (!take_part(&part, extents, beyond, first, last))
			continue;
		order_part(&part);
		free_entries(&part);
	}
}

void
scim_put_in_order(ScimStretch *stretch)
{
	bool		is_whole = stretch->behind == PG_INT64_MIN && stretch->up_to == PG_INT64_MAX;
	int			count;
	Slot	   *slots = make_slots(stretch, &count);
	ScimExtents *extents = is_whole || count == 0 ? NULL : scim_open_extents();

	qsort(slots, count, sizeof(Slot), compare_slots);
	for (int i = 0, of_one; i < count; i += of_one)
	{
		for (of_one = 1; i + of_one < count &&
			 compare_transactions(&slots[i], &slots[i + of_one]) == 0;)
			of_one++;
		order_transaction(stretch, extents, &slots[i], of_one);
	}
	if (extents)
		scim_close_extents(extents);
	pfree(slots);
}
