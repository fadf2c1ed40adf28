/*
 * pace.c
 *		How often a resource is written, and refused to be.
 *
 * Writes are taken for a Poisson process whose rate changes slowly: each counts less the
 * longer ago it was, and their sum is divided by what a steady rate of one would have made
 * of the time that is looked back.
 */
#include "postgres.h"

#include <math.h>

#include "base/actor.h"
#include "base/errors.h"
#include "history/entries.h"
#include "history/pace.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/* Rows of the history that are looked at, at most, of changes and of refusals each. */
#define MEASURED_ENTRIES 100
#define GLANCED_ENTRIES 20

/* In so many seconds what a write counts falls to 1/e. */
#define FADING 200.0

/* Of a resource that is younger nobody can tell how often it is written. */
#define YOUNG_SECONDS 10

/* More than so far ahead is no clock that is a little fast. */
#define AHEAD_SECONDS 60

/* It is not worth a thought who is disturbed less often within a minute. */
#define SELDOM 0.1

/* Fewer conflicts are chance. */
#define FEW_CONFLICTS 3

/* What is being reckoned up. */
typedef struct Reckoning
{
	ScimPace   *pace;
	TimestampTz now;
	TimestampTz from;			/* what is older is not looked at */
	ScimAuthor	self;
	List	   *others;			/* of ScimAuthor * */
	double		weight;			/* of the writes of others */
	double		last_weight;	/* of the oldest write that was looked at; 0: it was no other's */
	int			entries;		/* so many are looked at, of writes and of refusals each */
	int64		begins;			/* what is not behind that seq is none of the resource's */
	TimestampTz written[MEASURED_ENTRIES];	/* by anybody, the latest first */
	int			count;
} Reckoning;

static TimestampTz
seconds_before(TimestampTz time, int seconds)
{
	return TimestampTzPlusMilliseconds(time, -seconds * INT64CONST(1000));
}

static double
seconds_between(TimestampTz from, TimestampTz to)
{
	return Max(to - from, 0) / 1000000.0;
}

/* Clocks jump: what is to come would be new for ever. */
static bool
is_to_come(const Reckoning *reckoning, const ScimHistoryEntry *entry)
{
	return entry->at > seconds_before(reckoning->now, -AHEAD_SECONDS);
}

/* ---- writes ---- */

static void
note_other(Reckoning *reckoning, const ScimHistoryEntry *entry)
{
	ScimAuthor *author;
	ListCell   *cell;

	foreach(cell, reckoning->others)
	{
		author = lfirst(cell);
		if (scim_entry_is_by(entry, author))
			return;
	}
	author = palloc(sizeof(ScimAuthor));
	*author = scim_entry_author(entry);
	reckoning->others = lappend(reckoning->others, author);
}

static void
note_write(Reckoning *reckoning, const ScimHistoryEntry *entry)
{
	ScimPace   *pace = reckoning->pace;

	reckoning->written[reckoning->count++] = entry->at;
	reckoning->last_weight = 0;
	if (scim_entry_is_by(entry, &reckoning->self))
		return;
	pace->writes++;
	pace->single += scim_entry_changed_count(entry) == 1;
	reckoning->last_weight = exp(-seconds_between(entry->at, reckoning->now) / FADING);
	reckoning->weight += reckoning->last_weight;
	note_other(reckoning, entry);
}

/* Rows do not reach back any further: the oldest begins what is looked at, and is not in it. */
static void
begin_with_oldest(Reckoning *reckoning)
{
	reckoning->from = Max(reckoning->from, reckoning->written[reckoning->count - 1]);
	reckoning->weight -= reckoning->last_weight;
}

/* From where it was made, or what was before is another's, nothing is looked at. */
static void
read_writes(Reckoning *reckoning, ScimHistoryReader *reader)
{
	for (int i = 0; i < reckoning->entries; i++)
	{
		ScimHistoryEntry *entry = scim_next_entry(reader);

		if (entry == NULL || entry->seq <= reckoning->begins || entry->at <= reckoning->from)
			return;
		if (entry->operation == SCIM_HISTORY_CREATE)
		{
			reckoning->from = Min(entry->at, seconds_before(reckoning->now, YOUNG_SECONDS));
			return;
		}
		if (!is_to_come(reckoning, entry))
			note_write(reckoning, entry);
		scim_free_entry(entry);
	}
	if (reckoning->count > 0)
		begin_with_oldest(reckoning);
}

/* ---- refusals ---- */

/* Returns from when on all attempts that were refused are known. */
static TimestampTz
read_refusals(Reckoning *reckoning, ScimHistoryReader *reader)
{
	const char *stale = scim_error_kind(SCIM_VERSION_MISMATCH)->name;
	TimestampTz from = reckoning->from;

	for (int i = 0; i < reckoning->entries; i++)
	{
		ScimHistoryEntry *entry = scim_next_entry(reader);

		if (entry == NULL || entry->seq <= reckoning->begins || entry->at <= reckoning->from)
			return reckoning->from;
		from = entry->at;
		if (!is_to_come(reckoning, entry) && scim_entry_was_refused(entry, stale))
		{
			reckoning->pace->attempts++;
			reckoning->pace->conflicts += scim_entry_changed_count(entry) > 0;
		}
		scim_free_entry(entry);
	}
	return from;
}

/* Both are counted over the same time. */
static void
count_attempts(Reckoning *reckoning, TimestampTz from)
{
	for (int i = 0; i < reckoning->count; i++)
		reckoning->pace->attempts += reckoning->written[i] > from;
}

/* ---- what comes of it ---- */

static double
rate_of(const Reckoning *reckoning)
{
	double		seconds = Max(reckoning->pace->seconds, 0.001);

	return Max(reckoning->weight, 0) / (FADING * -expm1(-seconds / FADING));
}

static ScimAdvice
advice_of(const ScimPace *pace)
{
	if (scim_conflict_probability(pace, 60) < SELDOM)
		return SCIM_ADVISE_UPDATE;
	if (pace->conflicts >= FEW_CONFLICTS && 3 * pace->conflicts > pace->attempts)
		return SCIM_ADVISE_LEASE;
	return 2 * pace->single > pace->writes ? SCIM_ADVISE_PATCH : SCIM_ADVISE_MERGE;
}

static Reckoning
new_reckoning(ScimPace *pace, int entries, int64 begins)
{
	Reckoning	reckoning = {
		.pace = pace,
		.entries = entries,
		.begins = begins,
		.now = GetCurrentTimestamp(),
		.self = scim_acting_author()
	};

	memset(pace, 0, sizeof(ScimPace));
	reckoning.from = seconds_before(reckoning.now, SCIM_PACE_WINDOW);
	return reckoning;
}

static bool
reckon(Reckoning *reckoning, const char *tenant, const char *type, const char *id, int least)
{
	ScimPace   *pace = reckoning->pace;
	ScimHistoryReader *reader = scim_open_history(tenant, type, id, PG_INT64_MAX, NULL);

	read_writes(reckoning, reader);
	scim_close_history(reader);
	if (pace->writes < least)
		return false;
	reader = scim_open_refusals(tenant, type, id);
	count_attempts(reckoning, read_refusals(reckoning, reader));
	scim_close_history(reader);
	pace->seconds = seconds_between(reckoning->from, reckoning->now);
	pace->writers = list_length(reckoning->others);
	pace->rate = rate_of(reckoning);
	pace->advice = advice_of(pace);
	return true;
}

void
scim_measure_pace(const ScimRegistration *table, const char *tenant, const char *id,
				  ScimPace *pace)
{
	Reckoning	reckoning = new_reckoning(pace, MEASURED_ENTRIES,
										  scim_history_begins(tenant, table->type->name));

	(void) reckon(&reckoning, tenant, table->type->name, id, 0);
}

bool
scim_glance_at_pace(const ScimRegistration *table, const char *tenant, const char *id, int least,
					ScimPace *pace)
{
	Reckoning	reckoning = new_reckoning(pace, GLANCED_ENTRIES,
										  scim_known_begins(table, tenant));

	return reckon(&reckoning, tenant, table->type->name, id, least);
}

double
scim_conflict_probability(const ScimPace *pace, double seconds)
{
	return -expm1(-pace->rate * seconds);
}

const char *
scim_advice_word(ScimAdvice advice)
{
	static const char *const words[] = {
		[SCIM_ADVISE_UPDATE] = "update",
		[SCIM_ADVISE_PATCH] = "patch",
		[SCIM_ADVISE_MERGE] = "merge",
		[SCIM_ADVISE_LEASE] = "lease"
	};

	return words[advice];
}

const char *
scim_advice_reason(const ScimPace *pace)
{
	const char *writes = psprintf("%d write%s of others in %d seconds", pace->writes,
								  pace->writes == 1 ? "" : "s", (int) ceil(pace->seconds));

	switch (pace->advice)
	{
		case SCIM_ADVISE_UPDATE:
			return psprintf("%s: hardly one is to be expected within a minute", writes);
		case SCIM_ADVISE_PATCH:
			return psprintf("%s, %d of a single attribute: a patch of what you change, without a "
							"version, undoes nothing of theirs", writes, pace->single);
		case SCIM_ADVISE_MERGE:
			return psprintf("%s, only %d of a single attribute: expect a stale version, and have "
							"it merged", writes, pace->single);
		case SCIM_ADVISE_LEASE:
			return psprintf("%s, and in %d of %d attempts two had changed the same", writes,
							pace->conflicts, pace->attempts);
	}
	return writes;
}
