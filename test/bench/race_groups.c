/*
 * race_groups.c
 *		Races for groups and their members.
 */
#include "race.h"

#include <pthread.h>

#define PLAIN_GROUP (GROUPS - 1)	/* the one that plain SQL writes to in "members" */
#define USERS 10				/* that writers share in "storm" */

static char groups[GROUPS][ID_SIZE];
static char shared_users[USERS][ID_SIZE];
static pthread_mutex_t ids = PTHREAD_MUTEX_INITIALIZER; /* groups and shared_users in "storm" */

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

#define ID_LIST "ARRAY(SELECT m ->> 'value' FROM jsonb_array_elements($2::jsonb) AS m)"

/* Adds or removes a list of members, by PATCH or by the functions for it. */
static void
patch_members(Writer *writer, int g, bool add)
{
	static const char *const statements[] = {
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object("
		"'op', $3::text, 'path', 'members', 'value', $2::jsonb))) AS r",
		VERSION_OF "CAST(CASE $3 WHEN 'add' THEN scim_add_members($1, " ID_LIST
		") ELSE scim_remove_members($1, " ID_LIST ") END AS jsonb) AS r",
	};
	char		json[TEXT_SIZE];
	bool		chosen[OWN_USERS];
	const char *values[] = {groups[g], json, add ? "add" : "remove"};

	choose_members(writer, json, chosen);
	if (json[1] == ']')
		return;
	if (!try(writer, NULL, statements[random_below(writer, lengthof(statements))], 3, values))
	{
		blame(&writer->wrong, "an unconditional change of members failed", writer->state);
		return;
	}
	for (int u = 0; u < OWN_USERS; u++)
		if (chosen[u])
			writer->expected[u][g] = add;
}

/*
 * Reads the group, exchanges the writer's own members, and writes it whole with
 * the version that was read.
 */
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
			snprintf(own + strlen(own), sizeof(own) - strlen(own), "%s%s", u ? "," : "",
					 writer->users[u]);
		strcat(own, "}");
		result = call(writer, NULL,
					  "SELECT r #>> '{meta,version}', coalesce((SELECT jsonb_agg(m - '$ref' - "
					  "'display')"
					  " FROM jsonb_array_elements(r -> 'members') AS m WHERE m ->> 'value' <> ALL "
					  "($2::text[])), '[]')"
					  " FROM scim_get_group($1) AS r",
					  2, values);
		if (result == NULL)
			return;
		else
		{
			const char *update[] = {groups[g], PQgetvalue(result, 0, 1), json,
			PQgetvalue(result, 0, 0)};
			PGresult   *written = execute(writer->connection,
										  VERSION_OF "scim_update_group($1, jsonb_build_object("
										  "'displayName', 'race', 'members', $2::jsonb || "
										  "$3::jsonb), $4) AS r",
										  4, update);
			const char *state = PQresultErrorField(written, PG_DIAG_SQLSTATE);

			done = succeeded(written);
			/* somebody else's user may have been deleted since: INVALID_VALUE */
			if (!done && strcmp(state, "PT412") != 0 && strcmp(state, "PT400") != 0 &&
				strcmp(state, "40001") != 0)
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

	if (try(writer, NULL,
			add ? "INSERT INTO groups_members (group_id, member_type, member_id) VALUES ($1, "
			"'User', $2) ON CONFLICT DO NOTHING"
			: "DELETE FROM groups_members WHERE group_id = $1 AND member_type = 'User' AND "
			"member_id = $2",
			2, values))
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
				snprintf(own + strlen(own), sizeof(own) - strlen(own), "%s%s", u ? "," : "",
						 all[w].users[u]);
				snprintf(want + strlen(want), sizeof(want) - strlen(want), "%s",
						 all[w].expected[u][g] ? "+" : "-");
			}
			strcat(own, "}");
			if (strcmp(want, ask("SELECT string_agg(CASE WHEN m.member_id IS NULL THEN '-' ELSE "
								 "'+' END, '' ORDER BY n)"
								 " FROM unnest($2::uuid[]) WITH ORDINALITY AS own (id, n)"
								 " LEFT JOIN groups_members m ON m.group_id = $1 AND m.member_id = "
								 "own.id",
								 2, groups[g], own)) != 0)
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
		snprintf(json + strlen(json), TEXT_SIZE - strlen(json), "%s{\"value\":\"%s\"}",
				 json[1] ? "," : "", id);
	}
	strcat(json, "]");
}

static void
storm_group(Writer *writer, int g)
{
	static const char *const statements[] = {
		VERSION_OF "scim_update_group($1, jsonb_build_object('displayName', 'race', 'members', "
		"$2::jsonb)) AS r",
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', "
		"'members', 'value', $2::jsonb))) AS r",
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object('op', 'remove', "
		"'path', 'members', 'value', $2::jsonb))) AS r",
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object('op', 'replace', "
		"'path', 'members', 'value', $2::jsonb))) AS r",
		VERSION_OF "scim_add_members($1, " ID_LIST ") AS r",
		VERSION_OF "scim_remove_members($1, " ID_LIST ") AS r",
	};
	char		id[ID_SIZE];
	char		json[TEXT_SIZE];
	const char *values[] = {id, json};
	PGresult   *result;
	const char *state;

	take_id(id, groups[g]);
	storm_members(writer, g, json);
	result = execute(writer->connection, statements[random_below(writer, lengthof(statements))], 2,
					 values);
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
			exchange(writer, shared_users[random_below(writer, USERS)],
					 "SELECT scim_delete_user($1)", NEW_USER);
			break;
		case 1:
			exchange(writer, groups[random_below(writer, GROUPS)], "SELECT scim_delete_group($1)",
					 NEW_GROUP);
			break;
		default:
			storm_group(writer, (int) random_below(writer, GROUPS));
			break;
	}
}

/*
 * ---- ring: each puts the next one's group into its own, and one of them would
 * close the ring ----
 */

static char ring[MAX_WRITERS][ID_SIZE];

static void
ring_prepare(void)
{
	for (int w = 0; w < writers; w++)
		snprintf(ring[w], ID_SIZE, "%s", ask(NEW_GROUP, 0));
}

static void
ring_before(int round)
{
	ask("WITH gone AS (DELETE FROM groups_members WHERE member_type = 'Group' RETURNING 1) SELECT "
		"count(*) FROM gone",
		0);
}

static void
ring_act(Writer *writer)
{
	static const char *const statements[] = {
		VERSION_OF "scim_add_members($1, ARRAY[$2]) AS r",
		VERSION_OF "scim_patch_group($1, jsonb_build_array(jsonb_build_object('op', 'add', 'path', "
		"'members', 'value', jsonb_build_object('value', $2::text)))) AS r",
		"INSERT INTO groups_members (group_id, member_type, member_id) VALUES ($1, 'Group', $2)",
	};
	const char *values[] = {ring[writer->number], ring[(writer->number + 1) % writers]};
	PGresult   *result =
	execute(writer->connection,
			statements[(writer->round + writer->number) % lengthof(statements)], 2,
			values);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	writer->won = succeeded(result);
	if (writer->won)
		writer->successes++;
	else if (strcmp(state, "PT400") == 0)
		writer->conflicts++;
	else
		blame(&writer->wrong, state, PQresultErrorMessage(result));
	PQclear(result);
}

static void
ring_after(int round)
{
	int			winners = 0;
	char		text[64];

	for (int w = 0; w < writers; w++)
		winners += all[w].won;
	snprintf(text, sizeof(text), "%d of %d in round %d", winners, writers, round);
	if (winners != writers - 1)
		blame(&wrong, "not all but one", text);
}

const Scenario group_scenarios[] = {
	{"members", members_prepare, NULL, members_act, members_after, members_finish},
	{"storm", storm_prepare, NULL, storm_act, NULL, recount},
	{"ring", ring_prepare, ring_before, ring_act, ring_after, recount},
	{0}
};
