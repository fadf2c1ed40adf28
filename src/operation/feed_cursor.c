/*
 * feed_cursor.c
 *		Cursors of a reader of changes, as JSON: {"server": [...], "from": [...],
 *		"to": [...], "last", "pruned"}.
 *
 * What a reader has seen is an array: seq, xmin, and then, each as far from xmin as
 * it is, xmax, the next xid, and those that were running.  Nobody but this file reads
 * it.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "operation/cursor.h"
#include "operation/feed_cursor.h"

/* ---- writing ---- */

static void
append(JsonbValue *array, int64 number)
{
	JsonbValue	value = {.type = jbvNumeric};

	value.val.numeric = int64_to_numeric(number);
	scim_append(array, &value);
}

static JsonbValue *
server_array(const ScimHistoryServer *server)
{
	JsonbValue *array = scim_new_array();

	append(array, (int64) server->system_identifier);
	append(array, server->database);
	append(array, scim_timeline());
	append(array, server->floor);
	return array;
}

static JsonbValue *
seen_array(const ScimSeen *seen)
{
	JsonbValue *array = scim_new_array();

	append(array, seen->seq);
	append(array, (int64) seen->xmin);
	append(array, (int64) (seen->xmax - seen->xmin));
	append(array, (int64) (seen->next - seen->xmin));
	for (int i = 0; i < seen->running_count; i++)
		append(array, (int64) (seen->running[i] - seen->xmin));
	return array;
}

char *
scim_feed_kind(const char *type, const char *tenant)
{
	return psprintf("changes of %s in %s", type ? type : "*", tenant);
}

char *
scim_write_feed_cursor(const char *kind, const ScimFeedPlace *place)
{
	JsonbValue *state = scim_new_object();

	scim_set_value(state, "server", server_array(&place->server));
	if (place->has_from)
		scim_set_value(state, "from", seen_array(&place->from));
	if (place->in_round)
	{
		scim_set_value(state, "to", seen_array(&place->to));
		scim_set_integer(state, "last", place->last);
		scim_set_integer(state, "pruned", place->pruned);
	}
	return scim_write_cursor(kind, scim_write(state));
}

/* ---- reading ---- */

/* The numbers of an array; NULL: there is none. */
static int64 *
integers_in(Jsonb *state, const char *key, int least, int *count)
{
	JsonbValue	value;
	ScimWalk	walk;
	int64	   *integers;

	if (!scim_find(&state->root, key, &value))
		return NULL;
	if (!scim_is_array(&value))
		elog(ERROR, "a cursor without %s", key);
	scim_walk(&walk, value.val.binary.data);
	integers = palloc(Max(walk.count, 1) * sizeof(int64));
	*count = 0;
	while (scim_walk_element(&walk, &value))
	{
		if (value.type == jbvNumeric)
			integers[(*count)++] = scim_number_integer(&value);
	}
	if (*count < least)
		elog(ERROR, "a cursor without %s", key);
	return integers;
}

void
scim_throw_changes_lost(const char *why)
{
	scim_throw_path(SCIM_CHANGES_LOST, "cursor", "%-s", why);
}

static void
check_server(Jsonb *state, const ScimHistoryServer *server)
{
	int			count;
	const int64 *integers = integers_in(state, "server", 4, &count);

	if (integers == NULL)
		elog(ERROR, "a cursor without %s", "server");
	if ((uint64) integers[0] != server->system_identifier || integers[1] != server->database ||
		integers[3] != server->floor)
		scim_throw_changes_lost("the cursor is of another server, or of before a restore");
	if (integers[2] != scim_timeline())
		scim_throw_changes_lost("the cursor is of another timeline: what it has seen may not "
								"have happened on this one");
}

static bool
read_seen(Jsonb *state, const char *key, const ScimHistoryServer *server, ScimSeen *seen)
{
	int			count;
	const int64 *integers = integers_in(state, key, 4, &count);

	if (integers == NULL)
		return false;
	seen->server = *server;
	seen->seq = integers[0];
	seen->xmin = (uint64) integers[1];
	seen->xmax = seen->xmin + integers[2];
	seen->next = seen->xmin + integers[3];
	seen->running_count = count - 4;
	seen->running = palloc(Max(seen->running_count, 1) * sizeof(uint64));
	for (int i = 0; i < seen->running_count; i++)
		seen->running[i] = seen->xmin + integers[4 + i];
	return true;
}

void
scim_read_feed_cursor(const char *kind, const char *cursor, const ScimHistoryServer *server,
					  ScimFeedPlace *place)
{
	Jsonb	   *state = scim_read_cursor_of(kind, cursor, SCIM_CHANGES_LOST);

	check_server(state, server);
	memset(place, 0, sizeof(ScimFeedPlace));
	place->server = *server;
	place->has_from = read_seen(state, "from", server, &place->from);
	place->in_round = read_seen(state, "to", server, &place->to);
	if (!place->in_round)
		return;
	place->last = scim_cursor_integer(state, "last");
	place->pruned = scim_cursor_integer(state, "pruned");
}
