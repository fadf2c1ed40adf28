/*
 * contention_ways.c
 *		What agents do about each other, when all want to write the same.
 *
 *		immediate	who is refused reads again at once, and thinks again
 *		advice		does what reads advise (metadata.contention), and waits as long as a
 *					refusal says
 *		merge		writes are merged by the rule "counter"
 *		lease		holds the resource while it thinks
 *
 * Each write is signed: who wants what is there already is told so, as a success, and two
 * who make six of five want the same.
 */
#include "contention.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the tools ---- */

static void
copy_text(char *to, size_t size, const json_t *from)
{
	snprintf(to, size, "%s", json_is_string(from) ? json_string_value(from) : "");
}

static void
read_tally(Agent *agent, Tally *tally)
{
	const char *code;
	json_t	   *answer = call_tool(agent, "scim_get_resource",
								   json_pack("{s:s,s:s}", "resource_type", "Tally",
											 "resource_id", tally_id), &code);
	json_t	   *content = json_object_get(answer, "content");
	json_t	   *contention = json_object_get(json_object_get(answer, "metadata"), "contention");

	if (code)
		fail("scim_get_resource", code);
	tally->count = (long) json_integer_value(json_object_get(content, "count"));
	copy_text(tally->version, sizeof(tally->version), json_object_get(content, "_version"));
	copy_text(tally->advice, sizeof(tally->advice), json_object_get(contention, "advice"));
	json_decref(answer);
}

/* What others may answer to a write that is sound. */
static bool
is_refusal(const char *code)
{
	static const char *const refusals[] = {
		"VERSION_MISMATCH", "CONFLICT_STORM", "LEASE_HELD", "LEASE_LOST", NULL
	};

	for (const char *const *known = refusals; *known; known++)
		if (strcmp(code, *known) == 0)
			return true;
	return false;
}

/* Writes one more than was read, on condition of its version; false: it was refused. */
static bool
write_tally(Agent *agent, const Tally *tally, bool merge, const char *lease)
{
	char		by[16];
	const char *code;
	json_t	   *arguments;
	json_t	   *answer;
	bool		success;

	snprintf(by, sizeof(by), "%d", agent->number);
	arguments = json_pack("{s:s,s:s,s:s,s:{s:I,s:s}}", "resource_type", "Tally",
						  "resource_id", tally_id, "expected_version", tally->version,
						  "resource_data", "count", (json_int_t) tally->count + 1, "by", by);
	if (merge)
	{
		json_object_set_new(arguments, "on_conflict", json_string("merge"));
		json_object_set_new(arguments, "merge_rules",
							json_pack("{s:s,s:s}", "count", "counter", "by", "mine"));
	}
	if (lease)
		json_object_set_new(arguments, "lease_id", json_string(lease));
	answer = call_tool(agent, "scim_update_resource", arguments, &code);
	success = code == NULL;
	if (!success && !is_refusal(code))
		fail("scim_update_resource", code);
	if (!success && strcmp(code, "LEASE_LOST") == 0)
		agent->lost++;
	agent->attempts++;
	agent->successes += success;
	json_decref(answer);
	return success;
}

/* ---- leases ---- */

/* Holds the resource for a little longer than it is thought; false: others do. */
static bool
acquire(Agent *agent, char *lease)
{
	const char *code;
	json_t	   *answer = call_tool(agent, "scim_lease",
								   json_pack("{s:s,s:s,s:s,s:i}", "action", "acquire",
											 "resource_type", "Tally", "resource_id", tally_id,
											 "seconds", (int) ceil(2 * think_seconds) + 1), &code);
	bool		success = code == NULL;

	if (!success && !is_refusal(code))
		fail("scim_lease", code);
	if (success)
		copy_text(lease, ID_SIZE, json_object_get(json_object_get(answer, "content"), "lease_id"));
	json_decref(answer);
	return success;
}

static void
release(Agent *agent, const char *lease)
{
	const char *code;

	json_decref(call_tool(agent, "scim_lease", json_pack("{s:s,s:s}", "action", "release",
														 "lease_id", lease), &code));
	if (code)
		fail("scim_lease", code);
}

/* ---- the ways ---- */

static bool
wait_as_told(const Agent *agent)
{
	return sleep_on((double) agent->retry_after_ms / 1000);
}

static void
increment_immediately(Agent *agent)
{
	Tally		tally;

	do
		read_tally(agent, &tally);
	while (sleep_on(think_seconds) && !write_tally(agent, &tally, false, NULL));
}

static void
increment_merging(Agent *agent)
{
	Tally		tally;

	do
		read_tally(agent, &tally);
	while (sleep_on(think_seconds) && !write_tally(agent, &tally, true, NULL) &&
		   wait_as_told(agent));
}

static void
increment_under_lease(Agent *agent)
{
	char		lease[ID_SIZE];
	Tally		tally;

	while (!acquire(agent, lease))
		if (!wait_as_told(agent))
			return;
	read_tally(agent, &tally);
	if (sleep_on(think_seconds))
		(void) write_tally(agent, &tally, false, lease);
	release(agent, lease);
}

/* "patch" is for who does not care what was there: who counts does, and merges. */
static void
increment_as_advised(Agent *agent)
{
	Tally		tally;

	for (bool done = false; !done;)
	{
		read_tally(agent, &tally);
		if (strcmp(tally.advice, "lease") == 0)
		{
			increment_under_lease(agent);
			return;
		}
		done = !sleep_on(think_seconds) ||
			write_tally(agent, &tally, strcmp(tally.advice, "merge") == 0 ||
						strcmp(tally.advice, "patch") == 0, NULL) ||
			!wait_as_told(agent);
	}
}

const Way	contention_ways[] = {
	{"immediate", increment_immediately},
	{"advice", increment_as_advised},
	{"merge", increment_merging},
	{"lease", increment_under_lease},
	{0}
};
