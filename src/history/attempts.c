/*
 * attempts.c
 *		Counts refusals on record, by an index of their own.
 *
 * Agents are what their clients call themselves: who lies about that, or has another
 * role, is counted anew.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/protect.h"
#include "history/attempts.h"
#include "history/entries.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/* What is older does not count any more. */
#define COUNTED_MS 60000

/*
 * So many are looked at, whoever was refused: a crowd must not make each of its calls
 * slow.  To look at these takes less than a refused call.
 */
#define MOST_LOOKED_AT 200

typedef struct Attempts
{
	const ScimRefusal *refusal;
	int			most;
	int			count;
} Attempts;

/* Clocks jump: what is to come does not count for ever. */
static bool
is_recent(const ScimHistoryEntry *entry, TimestampTz now)
{
	return entry->at < TimestampTzPlusMilliseconds(now, COUNTED_MS);
}

static void
count_entries(ScimHistoryReader *reader, Attempts *attempts)
{
	ScimAuthor	self = scim_acting_author();
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz since = TimestampTzPlusMilliseconds(now, -COUNTED_MS);

	for (int i = 0; i < MOST_LOOKED_AT && attempts->count < attempts->most; i++)
	{
		ScimHistoryEntry *entry = scim_next_entry(reader);

		if (entry == NULL || entry->at <= since)
			return;
		if (is_recent(entry, now) && scim_entry_is_by(entry, &self) &&
			scim_entry_was_refused(entry, attempts->refusal->kind->name))
			attempts->count++;
		scim_free_entry(entry);
	}
}

static void
count(void *argument)
{
	Attempts   *attempts = argument;
	ScimRefused refused;
	ScimHistoryReader *reader;

	if (!scim_find_refused(attempts->refusal, &refused) || refused.id == NULL)
		return;
	reader = scim_open_refusals(refused.tenant, refused.type->name, refused.id);
	count_entries(reader, attempts);
	scim_close_history(reader);
}

int
scim_count_attempts(const ScimRefusal *refusal, int most)
{
	Attempts	attempts = {refusal, most, 0};

	/* its owner may have dropped the index, or worse */
	return scim_protect(count, &attempts) == NULL ? attempts.count : -1;
}
