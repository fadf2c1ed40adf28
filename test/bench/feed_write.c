/*
 * feed_write.c
 *		Writers who make it hard for whoever reads what they have changed.
 *
 * What a feed may lose or bring in the wrong order is of transactions that overlap: whose
 * ids, numbers in the sequence, and commits come in another order each.  So
 * transactions differ in length, have their ids long before they write or write long
 * before they commit, have savepoints, more than a snapshot lists, of which some are
 * rolled back, and some are prepared and stay so for a while.
 */
#include "feed.h"

#include <stdlib.h>

typedef struct Writer
{
	int			number;
	PGconn	   *connection;
	unsigned long long random;
	long		names;			/* that were made up */
	bool		prepared;		/* there is a transaction that waits for its end */
	bool		may_prepare;	/* the server is set up for that */
} Writer;

#define TEXT 25					/* the type's oid */

/* What a write is given; all are text. */
typedef enum Given
{
	USER,						/* $1 tenant, $2 a user's id, $3 a name that nobody has */
	GROUP,						/* $1 tenant, $2 a group's id, $3 a user's id */
	MOVE,						/* and $4 another group's id */
} Given;

typedef struct Action
{
	int			weight;
	Given		given;
	const char *sql;
} Action;

#define SOME_VERSION(type) \
	"(SELECT version FROM scim_history_rows WHERE tenant_id = $1 AND resource_type = '" type \
	"' AND resource_id = $2 AND version IS NOT NULL ORDER BY random() LIMIT 1)"
#define PATCH(attribute) \
	"jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '" attribute "', 'value', $3))"

static const Action actions[] = {
	{8, USER,
		"INSERT INTO users (tenant_id, id, data) "
	"VALUES ($1, $2::uuid, jsonb_build_object('userName', $3))"},
	{20, USER,
		"UPDATE users SET data = data || jsonb_build_object('nickName', $3) "
	"WHERE tenant_id = $1 AND id = $2::uuid"},
	/* a trigger writes it again before the first write is recorded: see make_tables */
	{3, USER,
		"UPDATE users SET data = data || jsonb_build_object('nickName', $3, 'title', 'again') "
	"WHERE tenant_id = $1 AND id = $2::uuid"},
	{5, USER,
		"UPDATE users SET data = data || jsonb_build_object('title', $3) WHERE tenant_id = $1 "
	"AND id >= $2::uuid AND id <= (overlay($2 placing '9' from 36 for 1))::uuid"},
	{10, USER, "SELECT scim_patch_user($2, " PATCH("nickName") ", tenant_id => $1)"},
	{5, USER, "SELECT scim_delete_user($2, tenant_id => $1)"},
	{2, USER, "DELETE FROM users WHERE tenant_id = $1 AND id = $2::uuid"},
	{8, USER,
	"SELECT scim_restore('User', $2, " SOME_VERSION("User") ", tenant_id => $1)"},
	{4, GROUP,
		"INSERT INTO groups (tenant_id, id, data) "
	"VALUES ($1, $2::uuid, jsonb_build_object('displayName', $3))"},
	{4, GROUP, "SELECT scim_patch_group($2, " PATCH("displayName") ", tenant_id => $1)"},
	{10, GROUP, "SELECT scim_add_members($2, ARRAY[$3], tenant_id => $1)"},
	{5, GROUP, "SELECT scim_remove_members($2, ARRAY[$3], tenant_id => $1)"},
	{5, GROUP,
		"INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) "
		"SELECT $1, $2::uuid, 'User', id FROM users WHERE tenant_id = $1 AND id >= $3::uuid "
	"ORDER BY id LIMIT 5 ON CONFLICT DO NOTHING"},
	{8, MOVE,
		"UPDATE groups_members SET group_id = $4::uuid "
		"WHERE tenant_id = $1 AND group_id = $2::uuid "
		"AND member_id = (SELECT member_id FROM groups_members WHERE tenant_id = $1 AND "
	"group_id = $2::uuid ORDER BY random() LIMIT 1)"},
	{2, GROUP, "SELECT scim_delete_group($2, tenant_id => $1)"},
	{4, GROUP,
	"SELECT scim_restore('Group', $2, " SOME_VERSION("Group") ", tenant_id => $1)"},
};

#define ACTIONS ((int) (sizeof(actions) / sizeof(actions[0])))

static long writes;
static long transactions;

long
writes_done(void)
{
	return __atomic_load_n(&writes, __ATOMIC_RELAXED);
}

long
transactions_done(void)
{
	return __atomic_load_n(&transactions, __ATOMIC_RELAXED);
}

bool
half_is_written(void)
{
	return (wanted > 0 && writes_done() >= wanted / 2) || (ends_at > 0 && now() >= ends_at - 5);
}

static bool
is_enough(void)
{
	return (wanted > 0 && writes_done() >= wanted) || (ends_at > 0 && now() >= ends_at);
}

/* ---- statements ---- */

/* What a write may end with: nothing is there, or too much, or somebody else is at it. */
static bool
is_usual(const char *state)
{
	static const char *const usual[] = {
		"PT404", "PT409", "PT412", "PT400", "23505", "23503", "40001", "40P01", "55P03"
	};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strcmp(state, usual[i]) == 0)
			return true;
	return false;
}

static bool
run(Writer *writer, const char *sql, int count, const char *const *values)
{
	static const Oid types[] = {TEXT, TEXT, TEXT, TEXT};
	PGresult   *result = PQexecParams(writer->connection, sql, count, types, values, NULL, NULL, 0);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool		done = succeeded(result);

	if (!done && (state == NULL || !is_usual(state)))
		fail(sql, PQerrorMessage(writer->connection));
	PQclear(result);
	return done;
}

static void
must(Writer *writer, const char *sql)
{
	PQclear(ask(writer->connection, sql, 0, NULL));
}

/* One write of something; false: it was refused, and its transaction is to be undone. */
static bool
act(Writer *writer)
{
	static int	total;
	int			chosen = 0;
	int			place;
	char		first[ID_SIZE];
	char		second[ID_SIZE];
	char		third[ID_SIZE];
	char		name[40];
	const char *tenant = random_below(&writer->random, 4) ? "default" : "other";
	const char *values[4] = {tenant, first, name, third};
	bool		done;

	if (total == 0)
		for (int i = 0; i < ACTIONS; i++)
			total += actions[i].weight;
	place = (int) random_below(&writer->random, (unsigned) total);
	while ((place -= actions[chosen].weight) >= 0)
		chosen++;
	snprintf(name, sizeof(name), "n%d.%ld", writer->number, ++writer->names);
	id_of(second, TYPE_USER, (int) random_below(&writer->random, USERS));
	id_of(third, TYPE_GROUP, (int) random_below(&writer->random, GROUPS));
	if (actions[chosen].given == USER)
		id_of(first, TYPE_USER, (int) random_below(&writer->random, USERS));
	else
		id_of(first, TYPE_GROUP, (int) random_below(&writer->random, GROUPS));
	if (actions[chosen].given != USER && strstr(actions[chosen].sql, "displayName") == NULL)
		values[2] = second;
	done = run(writer, actions[chosen].sql, actions[chosen].given == MOVE ? 4 : 3, values);
	if (done)
		__atomic_fetch_add(&writes, 1, __ATOMIC_RELAXED);
	return done;
}

/* ---- transactions ---- */

/* Ends what was prepared before. */
static void
end_prepared(Writer *writer)
{
	char		sql[64];

	snprintf(sql, sizeof(sql), "%s PREPARED 'feed %d'",
			 random_below(&writer->random, 4) ? "COMMIT" : "ROLLBACK", writer->number);
	must(writer, sql);
	writer->prepared = false;
}

static void
end_transaction(Writer *writer)
{
	unsigned	how = random_below(&writer->random, 10);
	char		sql[64];

	if (how == 0 && writer->may_prepare && !writer->prepared)
	{
		snprintf(sql, sizeof(sql), "PREPARE TRANSACTION 'feed %d'", writer->number);
		must(writer, sql);
		writer->prepared = true;
	}
	else
		must(writer, how < 3 ? "ROLLBACK" : "COMMIT");
}

/* A step of a transaction: a write, in a savepoint that it is rolled back to if need be. */
static void
take_step(Writer *writer)
{
	must(writer, "SAVEPOINT step");
	if (!act(writer) || random_below(&writer->random, 6) == 0)
		must(writer, "ROLLBACK TO step");
	if (random_below(&writer->random, 2))
		must(writer, "RELEASE step");
}

static void
write_in_steps(Writer *writer)
{
	unsigned	kind = random_below(&writer->random, 40);
	unsigned	steps = kind == 0 ? 80 : 1 + random_below(&writer->random, 6);
	unsigned	most = kind == 0 ? 0 : kind < 4 ? 300000 : kind < 16 ? 20000 : 500;

	must(writer, random_below(&writer->random, 8) ? "BEGIN"
		 : "BEGIN ISOLATION LEVEL REPEATABLE READ");
	if (random_below(&writer->random, 3) == 0)
	{
		must(writer, "SELECT pg_current_xact_id()");
		pause_up_to(&writer->random, most);
	}
	for (unsigned i = 0; i < steps && !is_enough(); i++)
	{
		take_step(writer);
		pause_up_to(&writer->random, most);
	}
	end_transaction(writer);
}

/* All of a type are gone at once, which waits for all others, and they for it. */
static void
truncate_all(Writer *writer)
{
	must(writer, "SET lock_timeout = '2s'");
	run(writer, random_below(&writer->random, 2) ? "TRUNCATE users CASCADE"
		: "TRUNCATE groups CASCADE", 0, NULL);
	must(writer, "SET lock_timeout = '30ms'");
}

void *
write_until_over(void *number)
{
	Writer		writer = {.number = *(int *) number, .connection = connect_now()};
	PGresult   *result;

	writer.random = random_start(100 + writer.number);
	result = ask(writer.connection, "SHOW max_prepared_transactions", 0, NULL);
	writer.may_prepare = atoi(PQgetvalue(result, 0, 0)) >= writers;
	PQclear(result);
	/* what is locked for long is left alone */
	must(&writer, "SET lock_timeout = '30ms'");
	while (!is_enough())
	{
		if (random_below(&writer.random, 3))
			act(&writer);
		else
			write_in_steps(&writer);
		if (writer.number == 0 && !writer.prepared && random_below(&writer.random, 100) == 0)
			truncate_all(&writer);
		if (writer.prepared && random_below(&writer.random, 5) == 0)
			end_prepared(&writer);
		__atomic_fetch_add(&transactions, 1, __ATOMIC_RELAXED);
		pause_up_to(&writer.random, 2000);
	}
	if (writer.prepared)
		end_prepared(&writer);
	PQfinish(writer.connection);
	return NULL;
}

/*
 * What is there before it begins.  And a trigger whose name sorts before that of the
 * history: its change of the row is recorded before the one that it comes of.  It never
 * leads back to what was there before the call, of which nothing is recorded then but
 * that the row's revision has moved.
 */
void
make_tables(PGconn *connection)
{
	static const char *const made[] = {
		"CREATE FUNCTION feed_again() RETURNS trigger LANGUAGE plpgsql AS $$"
		" BEGIN UPDATE users SET data = data || jsonb_build_object('title', random())"
		" WHERE tenant_id = new.tenant_id AND id = new.id; RETURN NULL; END $$",
		"CREATE TRIGGER \" again\" AFTER UPDATE ON users FOR EACH ROW"
		" WHEN (new.data ->> 'title' = 'again') EXECUTE FUNCTION feed_again()",
		/* who prunes makes rows older first */
		"ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows",
		"INSERT INTO users (tenant_id, id, data) SELECT t,"
		" ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,"
		" jsonb_build_object('userName', 'user' || n)"
		" FROM unnest('{default,other}'::text[]) AS t, generate_series(0, 99) AS n",
		"INSERT INTO groups (tenant_id, id, data) SELECT t,"
		" ('00000001-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,"
		" jsonb_build_object('displayName', 'group' || n)"
		" FROM unnest('{default,other}'::text[]) AS t, generate_series(0, 9) AS n",
	};

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		PQclear(ask(connection, made[i], 0, NULL));
}
