/*
 * race_merges.c
 *		Races of writers whose changes are merged, and of those who count.
 */
#include "race.h"

#include <stdlib.h>

#define MERGE "'merge'"
#define TALLY "'Tally'"

/* ---- merged: all read the same version, and each changes an attribute of its own ---- */

static const char *const attributes[] = {
	"nickName", "title", "displayName", "userType", "locale", "preferredLanguage", "timezone",
	"externalId"
};

static char base[TEXT_SIZE];	/* the user before the round */
static char base_version[VERSION_SIZE];

static void
merged_before(int round)
{
	if (round == 0)
		make_user();
	snprintf(base, sizeof(base), "%s", ask("SELECT scim_get_user($1)", 1, user));
	snprintf(base_version, sizeof(base_version), "%s",
			 ask("SELECT version FROM users WHERE id = $1", 1, user));
}

/* Whole, as it was read but for one attribute, or that attribute alone. */
static void
merged_act(Writer *writer)
{
	static const char *const statements[] = {
		VERSION_OF "scim_update_user($1, $5::jsonb || jsonb_build_object($2::text, $3::text), $4,"
		" on_conflict => " MERGE ") AS r",
		VERSION_OF "scim_patch_user($1, jsonb_build_array(jsonb_build_object('op', 'replace',"
		" 'path', $2::text, 'value', $3::text)), $4, on_conflict => " MERGE ") AS r, (SELECT"
		" $5::text) AS unused",
	};
	char		text[32];
	const char *values[] = {user, attributes[writer->number % (int) lengthof(attributes)], text,
	base_version, base};

	/* two writers of one attribute write the same */
	snprintf(text, sizeof(text), "r%dw%d", writer->round,
			 writer->number % (int) lengthof(attributes));
	(void) try(writer, NULL, statements[(writer->round + writer->number) % 2], 5, values);
}

/*
 * By hand: what is there is read, merged and written without a lock or a condition, as
 * nobody should.  It must be found wrong.
 */
static void
unlocked_act(Writer *writer)
{
	char		text[32];
	char		merged[TEXT_SIZE];
	const char *merge[] = {user, attributes[writer->number % (int) lengthof(attributes)], text,
	base};
	const char *write[] = {user, merged};
	PGresult   *result;

	snprintf(text, sizeof(text), "r%dw%d", writer->round,
			 writer->number % (int) lengthof(attributes));
	result = call(writer, NULL,
				  "SELECT '', scim_merge($4::jsonb, $4::jsonb || jsonb_build_object($2::text,"
				  " $3::text), scim_get_user($1)) -> 'merged'",
				  4, merge);
	if (result == NULL)
		return;
	snprintf(merged, sizeof(merged), "%s", PQgetvalue(result, 0, 1));
	PQclear(result);
	(void) try(writer, NULL, VERSION_OF "scim_update_user($1, $2::jsonb) AS r", 2, write);
}

static void
merged_after(int round)
{
	char		want[TEXT_SIZE] = "";
	char		where[TEXT_SIZE] = "";

	for (int i = 0; i < (int) lengthof(attributes) && i < writers; i++)
	{
		snprintf(want + strlen(want), sizeof(want) - strlen(want), "r%dw%d ", round, i);
		snprintf(where + strlen(where), sizeof(where) - strlen(where), "%s,", attributes[i]);
	}
	if (strcmp(want, ask("SELECT string_agg(data ->> a, ' ' ORDER BY n) || ' ' FROM users, unnest("
						 "string_to_array(rtrim($2, ','), ',')) WITH ORDINALITY AS u (a, n) WHERE "
						 "id = $1",
						 2, user, where)) != 0)
		blame(&wrong, "lost changes", want);
}

/* A mismatch is wrong here: all that they write fits. */
static void
merged_finish(void)
{
	for (int i = 0; i < writers; i++)
		if (all[i].conflicts > 0)
			blame(&wrong, "a conflict where all fits", user);
	recount();
}

/* ---- counts: an integer that all increment ---- */

static char tally[ID_SIZE];

static void
make_tally(void)
{
	if (strcmp(ask("SELECT count(*) FROM scim_resource_types WHERE name = " TALLY, 0), "0") == 0)
	{
		ask("SELECT scim_register_schema('{\"id\": \"urn:example:Tally\", \"name\": \"Tally\","
			" \"attributes\": [{\"name\": \"count\", \"type\": \"integer\"},"
			" {\"name\": \"by\"}]}')",
			0);
		ask("SELECT scim_register_resource_type('{\"name\": \"Tally\", \"endpoint\": \"/Tallies\","
			" \"schema\": \"urn:example:Tally\"}')",
			0);
		ask("SELECT scim_create_table('tallies', " TALLY ")", 0);
	}
	snprintf(tally, sizeof(tally), "%s",
			 ask("SELECT scim_create_resource(" TALLY ", '{\"count\": 0}') ->> 'id'", 0));
}

/* Reads what is there; false: that failed. */
static bool
read_tally(Writer *writer, char *version, long *count)
{
	const char *values[] = {tally};
	PGresult   *result = call(writer, NULL,
							  "SELECT r #>> '{meta,version}', r ->> 'count' FROM "
							  "scim_get_resource(" TALLY ", $1) AS r",
							  1, values);

	if (result == NULL)
		return false;
	snprintf(version, VERSION_SIZE, "%s", PQgetvalue(result, 0, 0));
	*count = atol(PQgetvalue(result, 0, 1));
	PQclear(result);
	return true;
}

/*
 * Read, compare, write, try again.  Each signs its write: who wants what is there already
 * is told so, as a success, and two who make six of five want the same.
 */
static void
tally_act(Writer *writer)
{
	for (bool done = false; !done;)
	{
		char		next[24];
		char		by[24];
		char		version[VERSION_SIZE];
		long		count;
		const char *values[] = {tally, next, by, version};

		if (!read_tally(writer, version, &count))
			return;
		snprintf(next, sizeof(next), "%ld", count + 1);
		snprintf(by, sizeof(by), "%d", writer->number);
		done = try(writer, version,
				   VERSION_OF "scim_update_resource(" TALLY ", $1, jsonb_build_object('count',"
				   " $2::int, 'by', $3::text), $4) AS r",
				   4, values);
		if (!done && !is_conflict(writer->state))
			return;
	}
}

/*
 * The rule "counter": no write is refused, however old what it was made of; each writer
 * reads only every tenth time.  Nobody signs: what two want is the same, and counts twice.
 */
static void
counts_act(Writer *writer)
{
	static char versions[MAX_WRITERS][VERSION_SIZE];
	static long counts[MAX_WRITERS];
	char		next[24];
	const char *values[] = {tally, next, versions[writer->number]};

	if (writer->round % 10 == 0 &&
		!read_tally(writer, versions[writer->number], &counts[writer->number]))
		return;
	snprintf(next, sizeof(next), "%ld", counts[writer->number] + 1);
	(void) try(writer, NULL,
			   VERSION_OF "scim_update_resource(" TALLY ", $1, jsonb_build_object('count',"
			   " $2::int), $3, on_conflict => " MERGE
			   ", merge_rules => '{\"count\": \"counter\"}') AS r",
			   3, values);
}

static void
tally_finish(void)
{
	char		sum[64];

	snprintf(sum, sizeof(sum), "%d, revision %d", writers * rounds, writers * rounds + 1);
	if (strcmp(ask("SELECT format('%s, revision %s', data ->> 'count', revision) FROM tallies "
				   "WHERE id = $1",
				   1, tally),
			   sum) != 0)
		blame(&wrong, "lost increments; expected", sum);
}

const Scenario merge_scenarios[] = {
	{"merged", NULL, merged_before, merged_act, merged_after, merged_finish},
	{"unlocked", NULL, merged_before, unlocked_act, merged_after, NULL},
	{"tally", make_tally, NULL, tally_act, NULL, tally_finish},
	{"counts", make_tally, NULL, counts_act, NULL, tally_finish},
	{0}
};
