/*
 * race.c
 *		Writers over connections of their own, who all want the same thing.
 *
 *		race CONNINFO WRITERS ROUNDS SCENARIO...
 *
 * In each round all writers start at once; afterwards what they were told is
 * compared with what the database holds.  Prints one JSON object a line for
 * each scenario; "wrong" counts what must not happen: a round without exactly
 * one winner, an acknowledged write that is not there, a version, digest or
 * count that is not the recomputed one, a mismatch with current = expected, a
 * deadlock, an error that nobody foresaw.  Exits with 1 if anything was wrong.
 *
 * The database has tables for users and groups and the functions of
 * recount.sql.  Everything that decides is asked over a connection that takes
 * no part in the race.
 *
 * "naive" is no scenario of ours: it checks the version and writes in two
 * statements, as others do.  It must be found wrong, or this program finds
 * nothing.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WRITERS 64
#define GROUPS 5				/* that writers share in "members" and "storm" */
#define PLAIN_GROUP (GROUPS - 1)	/* the one that plain SQL writes to in "members" */
#define OWN_USERS 6				/* of each writer in "members" */
#define USERS 10				/* that writers share in "storm" */
#define ID_SIZE 40
#define VERSION_SIZE 160
#define TEXT_SIZE 4096
#define SHOWN 5					/* messages of a scenario */

typedef struct Writer
{
	int			number;
	PGconn	   *connection;
	unsigned long long random;	/* state of the generator */
	int			round;
	char		state[6];		/* SQLSTATE of the last call; "00000" */
	char		version[VERSION_SIZE];	/* that the last success told */
	bool		won;			/* in this round */
	bool		acts;			/* takes part in this round's check */
	long		successes;
	long		conflicts;		/* mismatch, not found, taken, not serializable */
	long		wrong;
	char		users[OWN_USERS][ID_SIZE];
	bool		expected[OWN_USERS][GROUPS];	/* own users in groups */
} Writer;

typedef struct Scenario
{
	const char *name;
	void		(*prepare) (void);	/* once */
	void		(*before) (int round);	/* each round, nobody writes */
	void		(*act) (Writer *writer);	/* all at once */
	void		(*after) (int round);
	void		(*finish) (void);	/* once */
} Scenario;

static const char *conninfo;
static int	writers;
static int	rounds;
static Writer all[MAX_WRITERS];
static PGconn *judge;			/* takes no part */
static const Scenario *scenario;
static pthread_barrier_t barrier;
static bool over;
static long wrong;				/* found by the judge */
static long blamed;				/* messages of the scenario so far */
static char user[ID_SIZE];		/* that all want */
static char expected[VERSION_SIZE];	/* its version before the round */
static char versions[2][VERSION_SIZE];	/* of the contents that "toggle" */
static char groups[GROUPS][ID_SIZE];
static char shared_users[USERS][ID_SIZE];
static pthread_mutex_t ids = PTHREAD_MUTEX_INITIALIZER; /* groups and shared_users in "storm" */

/* ---- statements ---- */

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "race: %s: %s\n", what, detail);
	exit(2);
}

static PGconn *
connect_now(void)
{
	PGconn	   *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(connection));
	return connection;
}

static bool
succeeded(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
}

static PGresult *
execute(PGconn *connection, const char *sql, int count, const char *const *values)
{
	return PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);
}

/* What the judge asks must succeed; returns the first column of the first row, or "". */
static const char *
ask(const char *sql, int count,...)
{
	static char answer[TEXT_SIZE];
	const char *values[8];
	PGresult   *result;
	va_list		arguments;

	va_start(arguments, count);
	for (int i = 0; i < count; i++)
		values[i] = va_arg(arguments, const char *);
	va_end(arguments);
	result = execute(judge, sql, count, values);
	if (!succeeded(result))
		fail(sql, PQerrorMessage(judge));
	snprintf(answer, sizeof(answer), "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return answer;
}

static void
blame(long *counter, const char *what, const char *detail)
{
	if (__atomic_fetch_add(&blamed, 1, __ATOMIC_RELAXED) < SHOWN)
		fprintf(stderr, "# %s: %s: %s\n", scenario->name, what, detail);
	(*counter)++;
}

/* Losing a race: VERSION_MISMATCH, NOT_FOUND, UNIQUENESS; 40001 above READ COMMITTED. */
static bool
is_conflict(const char *state)
{
	return strcmp(state, "PT412") == 0 || strcmp(state, "PT404") == 0 ||
		strcmp(state, "PT409") == 0 || strcmp(state, "40001") == 0;
}

static bool
state_is(const Writer *writer, const char *state)
{
	return strcmp(writer->state, state) == 0;
}

/* "current_version": "..." of an error's detail must not be the expected one. */
static void
check_mismatch(Writer *writer, const PGresult *result, const char *given)
{
	static const char mark[] = "\"current_version\": \"";
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *current = detail ? strstr(detail, mark) : NULL;

	if (current == NULL)
		blame(&writer->wrong, "a mismatch without current_version", detail ? detail : "");
	else if (given && strncmp(current + strlen(mark), given, strlen(given)) == 0)
		blame(&writer->wrong, "a mismatch with current = expected", detail);
}

/*
 * A writer's call.  Its first column is the new version (kept in the writer).
 * "given": the expected version, or NULL.  Returns the result, or NULL for a
 * conflict, or for an error that is blamed on the writer.
 */
static PGresult *
call(Writer *writer, const char *given, const char *sql, int count, const char *const *values)
{
	PGresult   *result = execute(writer->connection, sql, count, values);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (succeeded(result))
	{
		strcpy(writer->state, "00000");
		if (PQntuples(result) > 0 && PQnfields(result) > 0)
			snprintf(writer->version, sizeof(writer->version), "%s", PQgetvalue(result, 0, 0));
		writer->successes++;
		return result;
	}
	snprintf(writer->state, sizeof(writer->state), "%s", state ? state : "?????");
	if (is_conflict(writer->state))
		writer->conflicts++;
	else
		blame(&writer->wrong, writer->state, PQerrorMessage(writer->connection));
	if (state_is(writer, "PT412"))
		check_mismatch(writer, result, given);
	PQclear(result);
	return NULL;
}

static bool
try(Writer *writer, const char *given, const char *sql, int count, const char *const *values)
{
	PGresult   *result = call(writer, given, sql, count, values);

	PQclear(result);
	return result != NULL;
}

static unsigned
random_below(Writer *writer, unsigned limit)
{
	writer->random ^= writer->random << 13;
	writer->random ^= writer->random >> 7;
	writer->random ^= writer->random << 17;
	return (unsigned) (writer->random % limit);
}

#define VERSION_OF "SELECT r #>> '{meta,version}' FROM "
#define REPLACE VERSION_OF "scim_update_user($1, jsonb_build_object('userName', $1::text, 'nickName', $2::text), $3) AS r"
#define PATCH_NICK VERSION_OF "scim_patch_user($1, jsonb_build_array(jsonb_build_object(" \
	"'op', 'replace', 'path', 'nickName', 'value', $2::text)), $3) AS r"
#define NEW_USER "SELECT r ->> 'id' FROM scim_create_user(jsonb_build_object('userName', gen_random_uuid()::text)) AS r"
#define NEW_GROUP "SELECT r ->> 'id' FROM scim_create_group('{\"displayName\": \"race\"}') AS r"

static void
make_user(void)
{
	snprintf(user, sizeof(user), "%s", ask(NEW_USER, 0));
}

/* What the judge finds wrong with stored versions, counts and digests: see recount.sql. */
static void
recount(void)
{
	const char *found = ask("SELECT string_agg(problem, '; ') FROM recount()", 0);

	if (found[0])
		blame(&wrong, "recount", found);
}

/* ---- update: exactly one winner ---- */

static void
read_expected(int round)
{
	snprintf(expected, sizeof(expected), "%s", ask("SELECT version FROM users WHERE id = $1", 1, user));
}

/* Each in a way of its own: replace, patch, or a plain conditional UPDATE. */
static void
update_act(Writer *writer)
{
	static const char *const statements[] = {
		REPLACE, PATCH_NICK,
		"UPDATE users SET data = jsonb_set(data, '{nickName}', to_jsonb($2::text)) WHERE id = $1 AND version = $3 RETURNING version",
	};
	char		nick[32];
	const char *values[] = {user, nick, expected};
	PGresult   *result;

	snprintf(nick, sizeof(nick), "r%dw%d", writer->round, writer->number);
	result = call(writer, expected, statements[(writer->round + writer->number) % 3], 3, values);
	writer->won = result && PQntuples(result) == 1;
	PQclear(result);
}

static void
naive_act(Writer *writer)
{
	char		nick[32];
	const char *values[] = {user, nick};
	PGresult   *result;
	bool		same;

	snprintf(nick, sizeof(nick), "r%dw%d", writer->round, writer->number);
	writer->won = false;
	result = call(writer, NULL, "SELECT version FROM users WHERE id = $1", 1, values);
	same = result && strcmp(PQgetvalue(result, 0, 0), expected) == 0;
	PQclear(result);
	if (same)
		writer->won = try(writer, NULL, "UPDATE users SET data = jsonb_set(data, '{nickName}', to_jsonb($2::text))"
						  " WHERE id = $1 RETURNING version", 2, values);
}

static void
update_after(int round)
{
	int			winners = 0;
	char		want[VERSION_SIZE + 64];
	char		text[64];

	for (int i = 0; i < writers; i++)
	{
		if (!all[i].won)
			continue;
		winners++;
		snprintf(want, sizeof(want), "r%dw%d %s true", round, i, all[i].version);
	}
	snprintf(text, sizeof(text), "%d winners in round %d", winners, round);
	if (winners != 1)
		blame(&wrong, "not one winner", text);
	else if (strcmp(want, ask("SELECT format('%s %s %s', data ->> 'nickName', version,"
							  " (version = expected_version(scim_get_user(id::text)))::text) FROM users WHERE id = $1", 1, user)) != 0)
		blame(&wrong, "the winner's write is not there", want);
}

/* ---- delete: an update or the delete, never both ---- */

static void
delete_before(int round)
{
	make_user();
	read_expected(round);
}

static void
delete_act(Writer *writer)
{
	const char *values[] = {user, expected};

	if (writer->number % 2)
		update_act(writer);
	else
		writer->won = try(writer, expected, "SELECT scim_delete_user($1, $2)", 2, values);
}

static void
delete_after(int round)
{
	int			winners = 0;
	bool		deleted = false;

	for (int i = 0; i < writers; i++)
	{
		winners += all[i].won;
		deleted |= all[i].won && i % 2 == 0;
	}
	if (winners != 1)
		blame(&wrong, "not one winner", user);
	if ((strcmp(ask("SELECT count(*) FROM users WHERE id = $1", 1, user), "0") == 0) != deleted)
		blame(&wrong, "deleted, and not deleted", user);
}

/* ---- create: one of one name ---- */

static void
create_act(Writer *writer)
{
	char		name[32];
	const char *values[] = {name};

	snprintf(name, sizeof(name), writer->number % 2 ? "Race%d" : "rACE%d", writer->round);
	writer->won = try(writer, NULL, "SELECT scim_create_user(jsonb_build_object('userName', $1::text))", 1, values);
}

static void
create_after(int round)
{
	int			winners = 0;
	char		name[32];

	for (int i = 0; i < writers; i++)
		winners += all[i].won;
	snprintf(name, sizeof(name), "race%d", round);
	if (winners != 1 || strcmp(ask("SELECT count(*) FROM users WHERE user_name = $1", 1, name), "1") != 0)
		blame(&wrong, "not one winner", name);
	ask("DELETE FROM users WHERE user_name = $1", 1, name);
}

/* ---- toggle: contents that return ---- */

static const char *const contents[] = {"even", "odd"};

static void
toggle_prepare(void)
{
	make_user();
	for (int i = 0; i < 2; i++)
		snprintf(versions[i], VERSION_SIZE, "%s", ask(REPLACE, 3, user, contents[i], NULL));
}

/* Half of the writers toggle without a condition, the others want to replace one content by the other, or by itself. */
static void
toggle_act(Writer *writer)
{
	bool		conditional = writer->number % 2;
	unsigned	from = random_below(writer, 2);
	const char *values[] = {user, contents[random_below(writer, 2)], conditional ? versions[from] : NULL};

	(void) try(writer, values[2], REPLACE, 3, values);
}

static void
toggle_finish(void)
{
	long		conflicts = 0;

	for (int i = 0; i < writers; i++)
		conflicts += all[i].conflicts;
	if (conflicts == 0)
		blame(&wrong, "nobody met anybody", "no conflict at all");
	recount();
}

/*
 * ---- counter: read, write with the version, try again ----
 *
 * Each writes its number behind the count: who wants what is there already is
 * told so, as a success, and two who count from 5 to 6 want the same.
 */

static void
counter_prepare(void)
{
	make_user();
	ask(REPLACE, 3, user, "0", NULL);
}

static void
counter_act(Writer *writer)
{
	for (bool done = false; !done;)
	{
		char		next[48];
		char		version[VERSION_SIZE];
		const char *values[] = {user, next, version};
		PGresult   *result = call(writer, NULL, "SELECT r #>> '{meta,version}', r ->> 'nickName' FROM scim_get_user($1) AS r", 1, values);

		if (result == NULL)
			return;
		snprintf(version, sizeof(version), "%s", PQgetvalue(result, 0, 0));
		snprintf(next, sizeof(next), "%ld by %d", atol(PQgetvalue(result, 0, 1)) + 1, writer->number);
		PQclear(result);
		done = try(writer, version, writer->number % 2 ? REPLACE : PATCH_NICK, 3, values);
		if (!done && !is_conflict(writer->state))
			return;
	}
}

static void
counter_finish(void)
{
	char		sum[64];

	snprintf(sum, sizeof(sum), "%d, revision %d", writers * rounds, writers * rounds + 2);
	if (strcmp(ask("SELECT format('%s, revision %s', split_part(data ->> 'nickName', ' ', 1), revision) FROM users WHERE id = $1",
				   1, user), sum) != 0)
		blame(&wrong, "lost increments; expected", sum);
	recount();
}

/* ---- patches: all survive ---- */

static const char *const attributes[] = {
	"nickName", "title", "displayName", "userType", "locale", "name.familyName", "name.givenName",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
};

#define ATTRIBUTES ((int) (sizeof(attributes) / sizeof(attributes[0])))

static void
patches_before(int round)
{
	if (round == 0)
		make_user();
}

static void
patches_act(Writer *writer)
{
	char		text[32];
	const char *values[] = {user, attributes[writer->number % ATTRIBUTES], text};

	/* two writers of one attribute write the same, so that either may be last */
	snprintf(text, sizeof(text), "r%dw%d", writer->round, writer->number % ATTRIBUTES);
	(void) try(writer, NULL, VERSION_OF "scim_patch_user($1, jsonb_build_array(jsonb_build_object('op',"
			   " CASE WHEN $3::text LIKE '%1' THEN 'add' ELSE 'replace' END, 'path', $2::text, 'value', $3::text))) AS r", 3, values);
}

static void
patches_after(int round)
{
	char		want[TEXT_SIZE] = "";

	for (int i = 0; i < ATTRIBUTES; i++)
		snprintf(want + strlen(want), sizeof(want) - strlen(want), "r%dw%d ", i < writers ? round : 0, i);
	if (writers >= ATTRIBUTES &&
		strcmp(want, ask("SELECT concat(data ->> 'nickName', ' ', data ->> 'title', ' ', data ->> 'displayName', ' ', data ->> 'userType', ' ',"
						 " data ->> 'locale', ' ', data #>> '{name,familyName}', ' ', data #>> '{name,givenName}', ' ',"
						 " data #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,department}', ' ')"
						 " FROM users WHERE id = $1 AND version = expected_version(scim_get_user(id::text))", 1, user)) != 0)
		blame(&wrong, "lost patches", want);
}

/* ---- members: nobody's member is lost ---- */

static void
members_prepare(void)
{
	for (int g = 0; g < GROUPS; g++)
		snprintf(groups[g], ID_SIZE, "%s", ask(NEW_GROUP, 0));
	for (int w = 0; w < writers; w++)
	{
		memset(all[w].expected, 0, sizeof(all[w].expected));
		for (int u = 0; u < OWN_USERS; u++)
			snprintf(all[w].users[u], ID_SIZE, "%s", ask(NEW_USER, 0));
	}
}

/* Some of the writer's users as an array of members, and noted in "chosen". */
static void
choose_members(Writer *writer, char *json, bool *chosen)
{
	strcpy(json, "[");
	for (int u = 0; u < OWN_USERS; u++)
	{
		chosen[u] = random_below(writer, 3) == 0;
		if (chosen[u])
			snprintf(json + strlen(json), TEXT_SIZE - strlen(json), "%s{\"value\":\"%s\"}",
					 json[1] ? "," : "", writer->users[u]);
	}
	strcat(json, "]");
}

/* PATCH add or remove of a list of members. */
static void
patch_members(Writer *writer, int g, bool add)
{
	char		json[TEXT_SIZE];
	bool		chosen[OWN_USERS];
	const char *values[] = {groups[g], json, add ? "add" : "remove"};

	choose_members(writer, json, chosen);
	if (json[1] == ']')
		return;
	if (!try(writer, NULL, VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object("
			 "'op', $3::text, 'path', 'members', 'value', $2::jsonb))) AS r", 3, values))
	{
		blame(&writer->wrong, "an unconditional patch of members failed", writer->state);
		return;
	}
	for (int u = 0; u < OWN_USERS; u++)
		if (chosen[u])
			writer->expected[u][g] = add;
}

/* Reads the group, exchanges the writer's own members, and writes it whole with the version that was read. */
static void
replace_members(Writer *writer, int g)
{
	char		json[TEXT_SIZE];
	bool		chosen[OWN_USERS];
	bool		done = false;

	choose_members(writer, json, chosen);
	while (!done)
	{
		char		own[TEXT_SIZE] = "{";
		const char *values[] = {groups[g], own};
		PGresult   *result;

		for (int u = 0; u < OWN_USERS; u++)
			snprintf(own + strlen(own), sizeof(own) - strlen(own), "%s%s", u ? "," : "", writer->users[u]);
		strcat(own, "}");
		result = call(writer, NULL, "SELECT r #>> '{meta,version}', coalesce((SELECT jsonb_agg(m - '$ref' - 'display')"
					  " FROM jsonb_array_elements(r -> 'members') AS m WHERE m ->> 'value' <> ALL ($2::text[])), '[]')"
					  " FROM scim_get_group($1) AS r", 2, values);
		if (result == NULL)
			return;
		else
		{
			const char *update[] = {groups[g], PQgetvalue(result, 0, 1), json, PQgetvalue(result, 0, 0)};
			PGresult   *written = execute(writer->connection, VERSION_OF "scim_update_group($1, jsonb_build_object("
										  "'displayName', 'race', 'members', $2::jsonb || $3::jsonb), $4) AS r", 4, update);
			const char *state = PQresultErrorField(written, PG_DIAG_SQLSTATE);

			done = succeeded(written);
			/* somebody else's user may have been deleted since: INVALID_VALUE */
			if (!done && strcmp(state, "PT412") != 0 && strcmp(state, "PT400") != 0 && strcmp(state, "40001") != 0)
			{
				blame(&writer->wrong, "replacing members", PQresultErrorMessage(written));
				PQclear(written);
				PQclear(result);
				return;
			}
			if (done)
				writer->successes++;
			else
				writer->conflicts++;
			PQclear(written);
		}
		PQclear(result);
	}
	for (int u = 0; u < OWN_USERS; u++)
		writer->expected[u][g] = chosen[u];
}

/* One membership by plain SQL, in a group that no call replaces. */
static void
plain_member(Writer *writer, bool add)
{
	int			u = (int) random_below(writer, OWN_USERS);
	const char *values[] = {groups[PLAIN_GROUP], writer->users[u]};

	if (try(writer, NULL, add ? "INSERT INTO groups_members (group_id, member_type, member_id) VALUES ($1, 'User', $2) ON CONFLICT DO NOTHING" :
			"DELETE FROM groups_members WHERE group_id = $1 AND member_type = 'User' AND member_id = $2", 2, values))
		writer->expected[u][PLAIN_GROUP] = add;
}

static void
exchange_user(Writer *writer)
{
	int			u = (int) random_below(writer, OWN_USERS);
	const char *values[] = {writer->users[u]};

	if (!try(writer, NULL, "SELECT scim_delete_user($1)", 1, values))
		return;
	memset(writer->expected[u], 0, sizeof(writer->expected[u]));
	if (try(writer, NULL, NEW_USER, 0, NULL))
		snprintf(writer->users[u], ID_SIZE, "%.36s", writer->version);
}

static void
members_act(Writer *writer)
{
	int			g = (int) random_below(writer, PLAIN_GROUP);

	switch (random_below(writer, 8))
	{
		case 0:
		case 1:
			patch_members(writer, g, true);
			break;
		case 2:
			patch_members(writer, g, false);
			break;
		case 3:
			patch_members(writer, PLAIN_GROUP, true);
			break;
		case 4:
			plain_member(writer, true);
			break;
		case 5:
			plain_member(writer, false);
			break;
		case 6:
			exchange_user(writer);
			break;
		default:
			replace_members(writer, g);
			break;
	}
}

/* Is each writer's user in each group as that writer was told? */
static void
check_members(void)
{
	for (int w = 0; w < writers; w++)
		for (int g = 0; g < GROUPS; g++)
		{
			char		want[OWN_USERS * ID_SIZE] = "";
			char		own[OWN_USERS * ID_SIZE] = "{";

			for (int u = 0; u < OWN_USERS; u++)
			{
				snprintf(own + strlen(own), sizeof(own) - strlen(own), "%s%s", u ? "," : "", all[w].users[u]);
				snprintf(want + strlen(want), sizeof(want) - strlen(want), "%s", all[w].expected[u][g] ? "+" : "-");
			}
			strcat(own, "}");
			if (strcmp(want, ask("SELECT string_agg(CASE WHEN m.member_id IS NULL THEN '-' ELSE '+' END, '' ORDER BY n)"
								 " FROM unnest($2::uuid[]) WITH ORDINALITY AS own (id, n)"
								 " LEFT JOIN groups_members m ON m.group_id = $1 AND m.member_id = own.id", 2, groups[g], own)) != 0)
				blame(&wrong, "lost member", want);
		}
}

static void
members_after(int round)
{
	if (round % 100 == 0)
		check_members();
}

static void
members_finish(void)
{
	check_members();
	recount();
}

/* ---- storm: anything with anything, deletes and groups in groups too ---- */

static void
storm_prepare(void)
{
	for (int g = 0; g < GROUPS; g++)
		snprintf(groups[g], ID_SIZE, "%s", ask(NEW_GROUP, 0));
	for (int u = 0; u < USERS; u++)
		snprintf(shared_users[u], ID_SIZE, "%s", ask(NEW_USER, 0));
}

static void
take_id(char *id, const char *slot)
{
	pthread_mutex_lock(&ids);
	memcpy(id, slot, ID_SIZE);
	pthread_mutex_unlock(&ids);
}

/* Who deletes puts a new one in its place. */
static void
exchange(Writer *writer, char *slot, const char *delete, const char *create)
{
	char		id[ID_SIZE];
	const char *values[] = {id};

	take_id(id, slot);
	if (!try(writer, NULL, delete, 1, values) || !try(writer, NULL, create, 0, NULL))
		return;
	pthread_mutex_lock(&ids);
	snprintf(slot, ID_SIZE, "%.36s", writer->version);
	pthread_mutex_unlock(&ids);
}

/* Users and other groups, so that some come to hold one another. */
static void
storm_members(Writer *writer, int g, char *json)
{
	char		id[ID_SIZE];

	strcpy(json, "[");
	for (int i = 0; i < USERS + GROUPS; i++)
	{
		if (random_below(writer, 4) != 0 || i - USERS == g)
			continue;
		take_id(id, i < USERS ? shared_users[i] : groups[i - USERS]);
		snprintf(json + strlen(json), TEXT_SIZE - strlen(json), "%s{\"value\":\"%s\"}", json[1] ? "," : "", id);
	}
	strcat(json, "]");
}

static void
storm_group(Writer *writer, int g)
{
	static const char *const statements[] = {
		VERSION_OF "scim_update_group($1, jsonb_build_object('displayName', 'race', 'members', $2::jsonb)) AS r",
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', $2::jsonb))) AS r",
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', 'members', 'value', $2::jsonb))) AS r",
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'members', 'value', $2::jsonb))) AS r",
	};
	char		id[ID_SIZE];
	char		json[TEXT_SIZE];
	const char *values[] = {id, json};
	PGresult   *result;
	const char *state;

	take_id(id, groups[g]);
	storm_members(writer, g, json);
	result = execute(writer->connection, statements[random_below(writer, 4)], 2, values);
	state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (succeeded(result))
		writer->successes++;
	else if (is_conflict(state) || strcmp(state, "PT400") == 0)
		writer->conflicts++;	/* a member, or the group, was deleted */
	else
		blame(&writer->wrong, state, PQresultErrorMessage(result));
	PQclear(result);
}

static void
storm_act(Writer *writer)
{
	switch (random_below(writer, 8))
	{
		case 0:
			exchange(writer, shared_users[random_below(writer, USERS)], "SELECT scim_delete_user($1)", NEW_USER);
			break;
		case 1:
			exchange(writer, groups[random_below(writer, GROUPS)], "SELECT scim_delete_group($1)", NEW_GROUP);
			break;
		default:
			storm_group(writer, (int) random_below(writer, GROUPS));
			break;
	}
}

/* ---- the race ---- */

static const Scenario scenarios[] = {
	{"update", make_user, read_expected, update_act, update_after, recount},
	{"naive", make_user, read_expected, naive_act, update_after, NULL},
	{"delete", NULL, delete_before, delete_act, delete_after, NULL},
	{"create", NULL, NULL, create_act, create_after, NULL},
	{"toggle", toggle_prepare, NULL, toggle_act, NULL, toggle_finish},
	{"counter", counter_prepare, NULL, counter_act, NULL, counter_finish},
	{"patches", NULL, patches_before, patches_act, patches_after, recount},
	{"members", members_prepare, NULL, members_act, members_after, members_finish},
	{"storm", storm_prepare, NULL, storm_act, NULL, recount},
};

static void *
work(void *argument)
{
	Writer	   *writer = argument;

	for (;;)
	{
		pthread_barrier_wait(&barrier);
		if (over)
			return NULL;
		scenario->act(writer);
		writer->round++;
		pthread_barrier_wait(&barrier);
	}
}

static void
start_writer(int number)
{
	Writer	   *writer = &all[number];

	memset(writer, 0, sizeof(*writer));
	writer->number = number;
	writer->random = 88172645463325252ULL + (unsigned long long) number * 7919;
	writer->connection = connect_now();
}

static void
run_scenario(void)
{
	pthread_t	threads[MAX_WRITERS];
	long		successes = 0;
	long		conflicts = 0;

	wrong = 0;
	blamed = 0;
	over = false;
	for (int i = 0; i < writers; i++)
		start_writer(i);
	if (scenario->prepare)
		scenario->prepare();
	for (int i = 0; i < writers; i++)
		if (pthread_create(&threads[i], NULL, work, &all[i]) != 0)
			fail("threads", "none left");
	for (int round = 0; round < rounds; round++)
	{
		if (scenario->before)
			scenario->before(round);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		if (scenario->after)
			scenario->after(round);
	}
	over = true;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < writers; i++)
		pthread_join(threads[i], NULL);
	if (scenario->finish)
		scenario->finish();
	for (int i = 0; i < writers; i++)
	{
		successes += all[i].successes;
		conflicts += all[i].conflicts;
		wrong += all[i].wrong;
		PQfinish(all[i].connection);
	}
	printf("{\"scenario\": \"%s\", \"writers\": %d, \"rounds\": %d, \"successes\": %ld, \"conflicts\": %ld, \"wrong\": %ld}\n",
		   scenario->name, writers, rounds, successes, conflicts, wrong);
	fflush(stdout);
}

static const Scenario *
find_scenario(const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	fail("no such scenario", name);
	return NULL;
}

int
main(int argc, char **argv)
{
	bool		any_wrong = false;

	if (argc < 5)
		fail("usage", "race CONNINFO WRITERS ROUNDS SCENARIO...");
	conninfo = argv[1];
	writers = atoi(argv[2]);
	rounds = atoi(argv[3]);
	if (writers < 2 || writers > MAX_WRITERS || rounds < 1)
		fail("usage", "2 to 64 writers, at least one round");
	judge = connect_now();
	pthread_barrier_init(&barrier, NULL, (unsigned) writers + 1);
	for (int i = 4; i < argc; i++)
	{
		scenario = find_scenario(argv[i]);
		run_scenario();
		any_wrong |= wrong > 0;
	}
	PQfinish(judge);
	return any_wrong;
}
