/*
 * feed_naive.c
 *		How others read what is new, which loses changes or brings them in the wrong
 *		order: to show that feed.c finds it.
 *
 *	by_snapshot		what a new snapshot shows, and the old one listed as running, or is
 *					behind the value that the sequence had: misses what is of
 *					transactions that ran, and were younger than the last that was finished
 *	by_seq			seq > last, of transactions before the oldest that runs: misses what
 *					an older transaction than others has written later
 *	by_xid			(xid, seq) > last, of the same: a younger transaction may have waited
 *					for a resource and changed it before an older one did
 */
#include "feed.h"

#include <stdlib.h>

#define SHOWN \
	"seq, resource_type, resource_id, operation, version, previous_version, revision, xid "
#define OF_DEFAULT "FROM scim_history_rows WHERE tenant_id = 'default' AND operation <> 'refused' "

/* Folds all rows; the last column of the last one is kept in the consumer's state. */
static int
fold_rows(Consumer *consumer, PGresult *result)
{
	int			rows = PQntuples(result);

	for (int i = 0; i < rows; i++)
	{
		Change		change = {
			.seq = atol(PQgetvalue(result, i, 0)),
			.type = type_of(PQgetvalue(result, i, 1)),
			.number = number_of(PQgetvalue(result, i, 2)),
			.operation = PQgetvalue(result, i, 3), .version = PQgetvalue(result, i, 4),
			.previous_version = PQgetvalue(result, i, 5), .revision = PQgetvalue(result, i, 6),
			.xid = PQgetvalue(result, i, 7)
		};

		fold(consumer, &change);
	}
	return rows;
}

static void
keep(char **text, const char *value)
{
	free(*text);
	*text = strdup(value);
}

/* cursor is the old snapshot, state the value that the sequence had */
int
page_by_snapshot(Consumer *consumer)
{
	PGresult   *position = ask(consumer->connection,
							   "SELECT last_value FROM scim_history_seq", 0, NULL);
	PGresult   *snapshot = ask(consumer->connection, "SELECT pg_current_snapshot()", 0, NULL);
	const char *values[] = {
		consumer->cursor ? consumer->cursor : "1:1:", consumer->state ? consumer->state : "0",
		PQgetvalue(snapshot, 0, 0)
	};
	PGresult   *result = ask(consumer->connection,
							 "SELECT " SHOWN OF_DEFAULT
							 "AND pg_visible_in_snapshot(xid, $3::pg_snapshot) AND "
							 "(seq > $2::bigint AND NOT "
							 "pg_visible_in_snapshot(xid, $1::pg_snapshot) OR xid IN "
							 "(SELECT pg_snapshot_xip($1::pg_snapshot))) ORDER BY seq",
							 3, values);
	int			rows = fold_rows(consumer, result);

	keep(&consumer->cursor, values[2]);
	keep(&consumer->state, PQgetvalue(position, 0, 0));
	PQclear(result);
	PQclear(snapshot);
	PQclear(position);
	return rows;
}

int
page_by_seq(Consumer *consumer)
{
	const char *values[] = {consumer->cursor ? consumer->cursor : "0"};
	PGresult   *result = ask(consumer->connection,
							 "SELECT " SHOWN OF_DEFAULT "AND seq > $1::bigint "
							 "AND xid < pg_snapshot_xmin(pg_current_snapshot()) "
							 "ORDER BY seq LIMIT 200",
							 1, values);
	int			rows = fold_rows(consumer, result);

	if (rows > 0)
		keep(&consumer->cursor, PQgetvalue(result, rows - 1, 0));
	PQclear(result);
	return rows;
}

int
page_by_xid(Consumer *consumer)
{
	const char *values[] = {
		consumer->cursor ? consumer->cursor : "0", consumer->state ? consumer->state : "0"
	};
	PGresult   *result = ask(consumer->connection,
							 "SELECT " SHOWN OF_DEFAULT "AND (xid, seq) > ($2::xid8, $1::bigint) "
							 "AND xid < pg_snapshot_xmin(pg_current_snapshot()) "
							 "ORDER BY scim_history_rows.xid, seq LIMIT 200",
							 2, values);
	int			rows = fold_rows(consumer, result);

	if (rows > 0)
	{
		keep(&consumer->cursor, PQgetvalue(result, rows - 1, 0));
		keep(&consumer->state, PQgetvalue(result, rows - 1, 7));
	}
	PQclear(result);
	return rows;
}
