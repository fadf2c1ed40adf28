/*
 * feed_read.c
 *		Consumers: they read page by page, and fold each change into what they keep.
 */
#include "feed.h"

#include <stdlib.h>

/* ---- folding ---- */

void
blame(Consumer *consumer, long *counter, const char *what, const char *detail)
{
	(*counter)++;
	if (!consumer->way->naive && consumer->shown++ < MOST_SHOWN)
		fprintf(stderr, "# %s: %s: %s\n", consumer->way->name, what, detail);
}

static void
remember(Consumer *consumer, long seq)
{
	while (seq >= consumer->capacity)
	{
		long		more = consumer->capacity ? 2 * consumer->capacity : 65536;

		consumer->times = realloc(consumer->times, (size_t) more);
		if (consumer->times == NULL)
			fail("consumer", "out of memory");
		memset(consumer->times + consumer->capacity, 0, (size_t) (more - consumer->capacity));
		consumer->capacity = more;
	}
	if (consumer->times[seq] < 255)
		consumer->times[seq]++;
	consumer->changes++;
}

/* Does it follow on what the consumer has? */
static void
check(Consumer *consumer, const Resource *has, const Change *change)
{
	long		revision = atol(change->revision);
	char		said[512];

	snprintf(said, sizeof(said), "seq %ld, %s of %s %d, version %s before, revision %s; "
			 "it %s, version %s, revision %ld",
			 change->seq, change->operation, change->type ? "group" : "user", change->number,
			 change->previous_version, change->revision, has->is_there ? "is there" : "was gone",
			 has->version, has->revision);
	if (has->is_there != (strcmp(change->operation, "create") != 0))
		blame(consumer, &consumer->broken, "a life", said);
	if (!has->is_there || strcmp(change->operation, "create") == 0)
		return;
	/* who is not told the order within a transaction does not get it wrong */
	if (change->xid[0] && strcmp(change->xid, has->xid) == 0)
		return;
	/* of what a trigger writes again within a scim_ call, it stays */
	if (revision < has->revision)
		blame(consumer, &consumer->backwards, "a revision", said);
	if (strcmp(change->previous_version, has->version) != 0)
		blame(consumer, &consumer->broken, "a version", said);
}

void
fold(Consumer *consumer, const Change *change)
{
	Resource   *has;

	remember(consumer, change->seq);
	if (strcmp(change->operation, "truncate") == 0)
	{
		for (int i = 0; i < USERS; i++)
			consumer->resources[change->type][i] = (Resource) {.is_there = false};
		return;
	}
	if (change->number < 0 || change->number >= (change->type == TYPE_USER ? USERS : GROUPS))
		fail(change->operation, "of a resource that nobody made");
	has = &consumer->resources[change->type][change->number];
	/* who has read the tables is behind them at first */
	if (!has->is_read)
		check(consumer, has, change);
	has->is_read = false;
	has->is_there = strcmp(change->operation, "delete") != 0;
	has->revision = atol(change->revision);
	snprintf(has->version, sizeof(has->version), "%s", change->version);
	snprintf(has->xid, sizeof(has->xid), "%s", change->xid);
}

/* ---- ours ---- */

#define PAGE \
	"WITH p AS MATERIALIZED (SELECT scim_changes($1, $2::int, $3, $4) AS page) " \
	"SELECT e ->> 'seq', e ->> 'resource_type', e ->> 'resource_id', e ->> 'operation', " \
	"e ->> 'version', e ->> 'previous_version', e ->> 'revision', jsonb_typeof(e -> 'revision'), " \
	"page ->> 'more', CASE WHEN coalesce(n, 1) = 1 THEN page ->> 'nextCursor' END " \
	"FROM p LEFT JOIN jsonb_array_elements(page -> 'changes') " \
	"WITH ORDINALITY AS c (e, n) ON true " \
	"ORDER BY n"

static void
fold_row(Consumer *consumer, PGresult *result, int row)
{
	Change		change = {
		.seq = atol(PQgetvalue(result, row, 0)),
		.type = type_of(PQgetvalue(result, row, 1)),
		.number = number_of(PQgetvalue(result, row, 2)),
		.operation = PQgetvalue(result, row, 3), .version = PQgetvalue(result, row, 4),
		.previous_version = PQgetvalue(result, row, 5), .revision = PQgetvalue(result, row, 6),
		.xid = ""
	};

	if (!PQgetisnull(result, row, 7) && strcmp(PQgetvalue(result, row, 7), "number") != 0)
		blame(consumer, &consumer->broken, "a revision that is a", PQgetvalue(result, row, 7));
	if (consumer->way->type && strcmp(PQgetvalue(result, row, 1), consumer->way->type) != 0)
		blame(consumer, &consumer->twice, "another type", PQgetvalue(result, row, 1));
	fold(consumer, &change);
}

/* A cursor that begins now, and then what is in the tables. */
static void
join_in(Consumer *consumer)
{
	const char *values[] = {consumer->way->type, consumer->way->tenant};
	PGresult   *result = ask(consumer->connection,
							 "SELECT scim_changes('now', 1, $1, $2) ->> 'nextCursor'", 2, values);

	consumer->began_later = true;
	free(consumer->cursor);
	consumer->cursor = strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	for (int i = 0; i < TYPES * USERS; i++)
		consumer->resources[i / USERS][i % USERS] = (Resource) {.is_read = true};
	result = ask(consumer->connection,
				 "SELECT 'User', id, version, revision FROM users "
				 "WHERE tenant_id = $2 AND coalesce($1, 'User') = 'User' UNION ALL "
				 "SELECT 'Group', id, version, revision FROM groups "
				 "WHERE tenant_id = $2 AND coalesce($1, 'Group') = 'Group'",
				 2, values);
	for (int i = 0; i < PQntuples(result); i++)
	{
		Type		type = type_of(PQgetvalue(result, i, 0));
		Resource   *has = &consumer->resources[type][number_of(PQgetvalue(result, i, 1))];

		has->is_there = true;
		has->revision = atol(PQgetvalue(result, i, 3));
		snprintf(has->version, sizeof(has->version), "%s", PQgetvalue(result, i, 2));
	}
	PQclear(result);
}

/* Changes behind the cursor are gone: who is told so begins anew. */
static bool
has_expired(Consumer *consumer, PGresult *result)
{
	if (succeeded(result))
		return false;
	if (!prunes || strstr(PQresultErrorMessage(result), "EXPIRED_CURSOR") == NULL)
		fail("page", PQresultErrorMessage(result));
	PQclear(result);
	if (PQtransactionStatus(consumer->connection) == PQTRANS_INERROR)
		PQclear(ask(consumer->connection, "ROLLBACK", 0, NULL));
	consumer->expired++;
	join_in(consumer);
	return true;
}

static int
page_of_feed(Consumer *consumer)
{
	/* small ones, so that there is something new before all is read, and large ones */
	int			most = random_below(&consumer->random, 3) ? 10 : 400;
	char		count[16];
	const char *values[] = {
		consumer->cursor ? consumer->cursor : "", count, consumer->way->type, consumer->way->tenant
	};
	PGresult   *result;
	int			rows;

	snprintf(count, sizeof(count), "%u", 1 + random_below(&consumer->random, (unsigned) most));
	result = execute(consumer->connection, PAGE, 4, values);
	if (has_expired(consumer, result))
		return 1;
	rows = PQgetisnull(result, 0, 0) ? 0 : PQntuples(result);
	if (rows > atoi(count))
		blame(consumer, &consumer->broken, "a page of more than", count);
	for (int i = 0; i < rows; i++)
		fold_row(consumer, result, i);
	if (PQgetisnull(result, 0, 9))
		fail("page", "without a cursor");
	free(consumer->cursor);
	consumer->cursor = strdup(PQgetvalue(result, 0, 9));
	consumer->more = strcmp(PQgetvalue(result, 0, 8), "true") == 0;
	PQclear(result);
	return rows;
}

/* Some pages under one snapshot, which is older than the cursor's from the second on. */
static int
page_repeatable(Consumer *consumer)
{
	int			pages = 1 + (int) random_below(&consumer->random, 5);
	int			rows = 0;

	PQclear(ask(consumer->connection, "BEGIN ISOLATION LEVEL REPEATABLE READ", 0, NULL));
	for (int i = 0; i < pages; i++)
	{
		rows += page_of_feed(consumer);
		pause_up_to(&consumer->random, 10000);
	}
	if (PQtransactionStatus(consumer->connection) == PQTRANS_INTRANS)
		PQclear(ask(consumer->connection, "COMMIT", 0, NULL));
	return rows;
}

static long prunings;

/* After the history was pruned a few times. */
static int
page_slowly(Consumer *consumer)
{
	long		enough = __atomic_load_n(&prunings, __ATOMIC_RELAXED) + 1 +
	random_below(&consumer->random, 6);

	while (prunes && !over && __atomic_load_n(&prunings, __ATOMIC_RELAXED) < enough)
		pause_up_to(&consumer->random, 20000);
	return page_of_feed(consumer);
}

/* ---- the seals ---- */

static void
verify(Consumer *consumer)
{
	PGresult   *result = ask(consumer->connection,
							 "SELECT tenant || ' ' || v "
							 "FROM unnest('{default,other}'::text[]) AS tenant, "
							 "scim_verify_history(tenant) AS v",
							 0, NULL);

	for (int i = 0; i < PQntuples(result); i++)
		blame(consumer, &consumer->wrong, "verify", PQgetvalue(result, i, 0));
	PQclear(result);
}

static int
seal(Consumer *consumer)
{
	bool		is_last = over;
	PGresult   *result = ask(consumer->connection, "SELECT scim_seal_history()", 0, NULL);
	int			rows = atoi(PQgetvalue(result, 0, 0));

	PQclear(result);
	consumer->changes += rows;
	if (is_last || random_below(&consumer->random, 4) == 0)
		verify(consumer);
	if (is_last)
	{
		result = ask(consumer->connection,
					 "SELECT (SELECT count(*) FROM scim_history_rows), "
					 "(SELECT sum(row_count) FROM scim_history_seals)", 0, NULL);
		if (consumer->changes != atol(PQgetvalue(result, 0, 0)))
			blame(consumer, &consumer->missed, "sealed were not", PQgetvalue(result, 0, 0));
		if (consumer->changes != atol(PQgetvalue(result, 0, 1)))
			blame(consumer, &consumer->missed, "in seals are", PQgetvalue(result, 0, 1));
		PQclear(result);
	}
	pause_up_to(&consumer->random, 100000);
	return rows;
}

/*
 * What is younger than an hour is always kept, so that first it is made older; with seals
 * it would be found out.  Now and then all goes.
 */
static int
prune(Consumer *consumer)
{
	const char *age = random_below(&consumer->random, 4) ? "0.5 seconds" : "0";

	PQclear(ask(consumer->connection,
				"UPDATE scim_history_rows SET at = at - interval '1 day' "
				"WHERE at BETWEEN now() - interval '1 hour' AND clock_timestamp() - $1::interval",
				1, &age));
	PQclear(ask(consumer->connection, "CALL scim_prune_history('1 hour')", 0, NULL));
	__atomic_fetch_add(&prunings, 1, __ATOMIC_RELAXED);
	pause_up_to(&consumer->random, 100000);
	return 0;
}

/* ---- all of them ---- */

static const Way ways[] = {
	{.name = "all", .page = page_of_feed, .tenant = "default"},
	{.name = "users", .page = page_of_feed, .tenant = "default", .type = "User"},
	{.name = "groups", .page = page_of_feed, .tenant = "default", .type = "Group"},
	{.name = "other", .page = page_of_feed, .tenant = "other"},
	{.name = "repeatable", .page = page_repeatable, .tenant = "default"},
	{.name = "joined", .page = page_of_feed, .tenant = "default", .joins = true},
	{.name = "slow", .page = page_slowly, .tenant = "default"},
	{.name = "pruner", .page = prune},
	{.name = "sealer", .page = seal},
	{.name = "by_snapshot", .page = page_by_snapshot, .tenant = "default", .naive = true},
	{.name = "by_seq", .page = page_by_seq, .tenant = "default", .naive = true},
	{.name = "by_xid", .page = page_by_xid, .tenant = "default", .naive = true},
};

const Way *
find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, name) == 0)
			return &ways[i];
	fail("no such consumer", name);
	return NULL;
}

/*
 * The first page with nothing may be the end of what was begun while others wrote; the
 * second one in a row is not.
 */
void *
consume_until_over(void *argument)
{
	Consumer   *consumer = argument;
	int			empty = 0;

	consumer->connection = connect_now();
	while (consumer->way->joins && !over && !half_is_written())
		pause_up_to(&consumer->random, 20000);
	/* the oldest that is kept may not be the oldest */
	if (consumer->way->joins || (prunes && consumer->way->tenant))
		join_in(consumer);
	while (empty < 2)
	{
		bool		was_over = over;
		int			rows = consumer->way->page(consumer);

		consumer->pages++;
		empty = was_over && rows == 0 && !consumer->more ? empty + 1 : 0;
		if (!consumer->more)
			pause_up_to(&consumer->random, 20000);
	}
	return NULL;
}
