/*
 * way.c
 *		The way that a resource went in one transaction.
 *
 * Versions are places, and each entry is a step from one to another: wanted is a walk
 * that makes each step once (an Eulerian path).  It is found as Hierholzer did: go on
 * as long as there is a step, lowest first; where none is left, what was gone is the
 * end of the walk, and steps that were left out on the way come before it.
 */
#include "postgres.h"

#include "history/way.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* The steps, ordered by the place from which they lead; those of a place stand together. */
typedef struct Steps
{
	ScimHistoryEntry **entries;
	int			count;
	int		   *place;			/* of each: the first that leads from there */
	int		   *next;			/* of each: the first that leads from where it leads to; -1: none */
	int		   *taken;			/* of the first of a place: how many were taken */
} Steps;

/* ---- order ---- */

static int
compare_versions(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int
compare_turns(const ScimHistoryEntry *a, const ScimHistoryEntry *b)
{
	int64		first = a->has_revision ? a->revision : 0;
	int64		second = b->has_revision ? b->revision : 0;

	if (first != second)
		return first < second ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int
compare_steps(const void *a, const void *b)
{
	const ScimHistoryEntry *first = *(ScimHistoryEntry *const *) a;
	const ScimHistoryEntry *second = *(ScimHistoryEntry *const *) b;
	int			order = compare_versions(first->previous_version, second->previous_version);

	return order ? order : compare_turns(first, second);
}

/* ---- places ---- */

/* The first step that leads from the version; -1: none. */
static int
find_place(const Steps *steps, const char *version)
{
	int			low = 0;
	int			high = steps->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (compare_versions(steps->entries[middle]->previous_version, version) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < steps->count &&
		compare_versions(steps->entries[low]->previous_version, version) == 0 ? low : -1;
}

static void
make_steps(Steps *steps, ScimHistoryEntry *const *entries, int count)
{
	steps->count = count;
	steps->entries = palloc(count * sizeof(ScimHistoryEntry *));
	memcpy(steps->entries, entries, count * sizeof(ScimHistoryEntry *));
	qsort(steps->entries, count, sizeof(ScimHistoryEntry *), compare_steps);
	steps->place = palloc(count * sizeof(int));
	steps->next = palloc(count * sizeof(int));
	steps->taken = palloc0(count * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		const ScimHistoryEntry *entry = steps->entries[i];

		CHECK_FOR_INTERRUPTS();
		steps->place[i] = i > 0 &&
			compare_versions(entry->previous_version, steps->entries[i - 1]->previous_version) == 0
			? steps->place[i - 1] : i;
		steps->next[i] = find_place(steps, entry->version);
	}
}

/* The next step from a place, which is taken; -1: there is none, or (place -1) never was. */
static int
take_step(Steps *steps, int place)
{
	int			step;

	if (place < 0)
		return -1;
	step = place + steps->taken[place];
	if (step >= steps->count || steps->place[step] != place)
		return -1;
	steps->taken[place]++;
	return step;
}

/* Of each place, how many steps lead there. */
static int *
count_arrivals(const Steps *steps)
{
	int		   *arrivals = palloc0(steps->count * sizeof(int));

	for (int i = 0; i < steps->count; i++)
	{
		if (steps->next[i] >= 0)
			arrivals[steps->next[i]]++;
	}
	return arrivals;
}

/* ---- the whole way ---- */

/* Where it must begin: more lead away from there than to it; else with the lowest. */
static int
find_beginning(const Steps *steps)
{
	const int  *arrivals = count_arrivals(steps);
	int			lowest = 0;

	for (int i = 0, departures; i < steps->count; i += departures)
	{
		for (departures = 1; i + departures < steps->count && steps->place[i + departures] == i;)
			departures++;
		if (departures > arrivals[i])
			return i;
		if (compare_turns(steps->entries[i], steps->entries[lowest]) < 0)
			lowest = i;
	}
	return lowest;
}

/* Is there a way of all steps from that place?  Then "way" has it. */
static bool
find_whole_way(Steps *steps, int begin, ScimHistoryEntry **way)
{
	int		   *stack = palloc((steps->count + 1) * sizeof(int));
	int			depth = 0;
	int			at = steps->count;

	memset(steps->taken, 0, steps->count * sizeof(int));
	stack[0] = -1;
	while (depth >= 0)
	{
		int			step = take_step(steps, depth == 0 ? begin : steps->next[stack[depth]]);

		CHECK_FOR_INTERRUPTS();
		if (step >= 0)
			stack[++depth] = step;
		else if (depth-- > 0)
			way[--at] = steps->entries[stack[depth + 1]];
	}
	return at == 0 && scim_is_way(way, steps->count);
}

/* ---- pieces of it ---- */

/*
 * Where the next piece begins, of those that are left: the first by seq to which none
 * leads, or else the first.
 */
static int
find_piece(const Steps *steps, const int *arrivals)
{
	int			found = -1;
	bool		is_open = false;

	for (int i = 0; i < steps->count; i++)
	{
		int			place = steps->place[i];
		bool		begins = arrivals[place] == 0;

		if (i - place < steps->taken[place] || (is_open && !begins))
			continue;
		if (found < 0 || begins > is_open || steps->entries[i]->seq < steps->entries[found]->seq)
			found = i;
		is_open = begins;
	}
	return steps->place[found];
}

static void
find_pieces(Steps *steps, int begin, ScimHistoryEntry **way)
{
	int		   *arrivals = count_arrivals(steps);
	int			place = begin;

	memset(steps->taken, 0, steps->count * sizeof(int));
	for (int at = 0; at < steps->count;)
	{
		int			step = take_step(steps, place);

		CHECK_FOR_INTERRUPTS();
		if (step < 0)
		{
			place = find_piece(steps, arrivals);
			continue;
		}
		way[at++] = steps->entries[step];
		place = steps->next[step];
		if (place >= 0)
			arrivals[place]--;
	}
}

/* ---- the answers ---- */

static bool
follows(const ScimHistoryEntry *entry, const ScimHistoryEntry *before)
{
	if (compare_versions(before->version, entry->previous_version) != 0)
		return false;
	return !entry->has_revision || !before->has_revision ||
		entry->revision >= before->revision || entry->operation == SCIM_HISTORY_CREATE;
}

bool
scim_is_way(ScimHistoryEntry *const *entries, int count)
{
	for (int i = 1; i < count; i++)
	{
		if (!follows(entries[i], entries[i - 1]))
			return false;
	}
	return true;
}

static int
compare_texts(const void *a, const void *b)
{
	return compare_versions(*(const char *const *) a, *(const char *const *) b);
}

int
scim_find_ends(ScimHistoryEntry *const *entries, int count, const char **version)
{
	const char **to = palloc_extended(count * sizeof(char *), MCXT_ALLOC_HUGE);
	const char **from = palloc_extended(count * sizeof(char *), MCXT_ALLOC_HUGE);
	int			ends = 0;

	for (int i = 0; i < count; i++)
	{
		to[i] = entries[i]->version;
		from[i] = entries[i]->previous_version;
	}
	qsort(to, count, sizeof(char *), compare_texts);
	qsort(from, count, sizeof(char *), compare_texts);
	/* what is reached more often than left */
	for (int i = 0, j = 0; i < count; i++)
	{
		while (j < count && compare_versions(from[j], to[i]) < 0)
			j++;
		if (j < count && compare_versions(from[j], to[i]) == 0)
			j++;
		else if (ends++ == 0)
			*version = to[i];
	}
	pfree(to);
	pfree(from);
	return ends;
}

void
scim_find_way(ScimHistoryEntry **entries, int count, bool knows_from, const char *from)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "scimver way",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(own);
	Steps		steps;
	int			known;
	int			begin;

	make_steps(&steps, entries, count);
	known = knows_from ? find_place(&steps, from) : -1;
	begin = find_beginning(&steps);
	if ((known < 0 || !find_whole_way(&steps, known, entries)) &&
		!find_whole_way(&steps, begin, entries))
		find_pieces(&steps, known >= 0 ? known : begin, entries);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(own);
}
