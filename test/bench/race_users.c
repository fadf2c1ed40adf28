/*
 * race_users.c
 *		Races for one user.
 */
#include "race.h"

#include <stdlib.h>

static char expected[VERSION_SIZE]; /* the user's version before the round */
static char versions[2][VERSION_SIZE];	/* of the contents that "toggle" */

/* ---- update: exactly one winner ---- */

static void
read_expected(int round)
{
	snprintf(expected, sizeof(expected), "%s",
			 ask("SELECT version FROM users WHERE id = $1", 1, user));
}

/* Each in a way of its own: replace, patch, or a plain conditional UPDATE. */
static void
update_act(Writer *writer)
{
	static const char *const statements[] = {
		REPLACE,
		PATCH_NICK,
		"UPDATE users SET data = jsonb_set(data, '{nickName}', to_jsonb($2::text)) WHERE id = $1 "
		"AND version = $3 RETURNING version",
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
		writer->won = try(writer, NULL,
						  "UPDATE users SET data = jsonb_set(data, '{nickName}', "
						  "to_jsonb($2::text))"
						  " WHERE id = $1 RETURNING version",
						  2, values);
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
	lost += winners > 1;
	snprintf(text, sizeof(text), "%d winners in round %d", winners, round);
	if (winners != 1)
		blame(&wrong, "not one winner", text);
	else if (strcmp(want, ask("SELECT format('%s %s %s', data ->> 'nickName', version,"
							  " (version = expected_version(scim_get_user(id::text)))::text) FROM "
							  "users WHERE id = $1",
							  1, user)) != 0)
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
	writer->won = try(writer, NULL,
					  "SELECT scim_create_user(jsonb_build_object('userName', $1::text))", 1,
					  values);
}

static void
create_after(int round)
{
	int			winners = 0;
	char		name[32];

	for (int i = 0; i < writers; i++)
		winners += all[i].won;
	snprintf(name, sizeof(name), "race%d", round);
	if (winners != 1 ||
		strcmp(ask("SELECT count(*) FROM users WHERE user_name = $1", 1, name), "1") != 0)
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

/*
 * Half of the writers toggle without a condition, the others want to replace
 * one content by the other, or by itself.
 */
static void
toggle_act(Writer *writer)
{
	bool		conditional = writer->number % 2;
	unsigned	from = random_below(writer, 2);
	const char *values[] = {user, contents[random_below(writer, 2)],
	conditional ? versions[from] : NULL};

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
		PGresult   *result = call(writer, NULL,
								  "SELECT r #>> '{meta,version}', r ->> 'nickName' FROM "
								  "scim_get_user($1) AS r",
								  1, values);

		if (result == NULL)
			return;
		snprintf(version, sizeof(version), "%s", PQgetvalue(result, 0, 0));
		snprintf(next, sizeof(next), "%ld by %d", atol(PQgetvalue(result, 0, 1)) + 1,
				 writer->number);
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
	if (strcmp(ask("SELECT format('%s, revision %s', split_part(data ->> 'nickName', ' ', 1), "
				   "revision) FROM users WHERE id = $1",
				   1, user),
			   sum) != 0)
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
	(void) try(writer, NULL,
			   VERSION_OF "scim_patch_user($1, jsonb_build_array(jsonb_build_object('op',"
			   " CASE WHEN $3::text LIKE '%1' THEN 'add' ELSE 'replace' END, 'path', "
			   "$2::text, 'value', $3::text))) AS r",
			   3, values);
}

static void
patches_after(int round)
{
	char		want[TEXT_SIZE] = "";

	for (int i = 0; i < ATTRIBUTES; i++)
		snprintf(want + strlen(want), sizeof(want) - strlen(want), "r%dw%d ",
				 i < writers ? round : 0, i);
	if (writers >= ATTRIBUTES &&
		strcmp(want, ask("SELECT concat(data ->> 'nickName', ' ', data ->> 'title', ' ', data ->> "
						 "'displayName', ' ', data ->> 'userType', ' ',"
						 " data ->> 'locale', ' ', data #>> '{name,familyName}', ' ', data #>> "
						 "'{name,givenName}', ' ',"
						 " data #>> "
						 "'{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,department}'"
						 ", ' ')"
						 " FROM users WHERE id = $1 AND version = "
						 "expected_version(scim_get_user(id::text))",
						 1, user)) != 0)
		blame(&wrong, "lost patches", want);
}

const Scenario user_scenarios[] = {
	{"update", make_user, read_expected, update_act, update_after, recount},
	{"naive", make_user, read_expected, naive_act, update_after, NULL},
	{"delete", NULL, delete_before, delete_act, delete_after, NULL},
	{"create", NULL, NULL, create_act, create_after, NULL},
	{"toggle", toggle_prepare, NULL, toggle_act, NULL, toggle_finish},
	{"counter", counter_prepare, NULL, counter_act, NULL, counter_finish},
	{"patches", NULL, patches_before, patches_act, patches_after, recount},
	{0}
};
