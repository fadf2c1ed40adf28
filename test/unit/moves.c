/*
 * moves.c
 *		Unit test of the members that came and went (src/history/moves.c): against
 *		counts in an array, at random, with and without too many.  Prints TAP.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "history/moves.h"

#undef printf

#define MEMBERS 40
#define ROUNDS 3000

int			scim_setting_history_members = 10000;

static const char *const types[] = {"Group", "User"};
static int	tests = 0;
static int	failures = 0;

static void
report(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, what);
	failures += !good;
}

/* What the moves must be. */
typedef struct Expected
{
	int			net[2][MEMBERS];
	bool		forgotten;
} Expected;

/* Ids of any length, of which some are the beginning of others. */
static const char *
id_of(int member)
{
	static char id[32];

	snprintf(id, sizeof(id), "%.*s%02d", member % 5, "\"\\,}{", member);
	return id;
}

static int
moved(const Expected *expected)
{
	int			count = 0;

	for (int i = 0; i < 2 * MEMBERS; i++)
		count += expected->net[i / MEMBERS][i % MEMBERS] != 0;
	return count;
}

static void
note(ScimMemberMoves *moves, Expected *expected, int type, int member, bool came)
{
	scim_note_move(moves, types[type], id_of(member), came);
	expected->net[type][member] += came ? 1 : -1;
	if (moved(expected) > scim_setting_history_members)
		expected->forgotten = true;
}

static void
note_some(ScimMemberMoves *moves, Expected *expected, int count)
{
	for (int i = 0; i < count; i++)
	{
		int			type = rand() % 2;
		int			member = rand() % MEMBERS;
		int			net = expected->net[type][member];

		/* mostly as a table with a unique key has it */
		note(moves, expected, type, member,
			 rand() % 20 ? net <= 0 && (net < 0 || rand() % 2) : rand() % 2);
	}
}

/* How often the id stands behind the type, there. */
static int
count_in(const JsonbValue *types_of, const char *type, const char *id)
{
	JsonbValue	ids;
	JsonbValue	element;
	ScimWalk	walk;
	int			count = 0;

	if (!scim_find_member(types_of, type, &ids))
		return 0;
	scim_walk(&walk, ids.val.binary.data);
	while (scim_walk_element(&walk, &element))
		count += scim_string_is(&element, id);
	return count;
}

static int
net_in(const JsonbValue *object, const char *type, const char *id)
{
	JsonbValue	side;
	int			net = 0;

	if (scim_find_member(object, "added", &side))
		net += count_in(&side, type, id);
	if (scim_find_member(object, "removed", &side))
		net -= count_in(&side, type, id);
	return net;
}

static bool
is_as_expected(const ScimMemberMoves *moves, const Expected *expected)
{
	ScimMemberSum before = {.known = true, .count = 7};
	JsonbValue	object;
	JsonbValue	found;

	scim_root(scim_moves_jsonb(moves, &before), &object);
	if (scim_has_moves(moves) != (expected->forgotten || moved(expected) > 0))
		return false;
	if (expected->forgotten)
		return scim_find_member(&object, "count", &found) &&
			scim_find_member(&object, "digest", &found) &&
			!scim_find_member(&object, "added", &found) &&
			!scim_find_member(&object, "removed", &found);
	for (int type = 0; type < 2; type++)
	{
		for (int i = 0; i < MEMBERS; i++)
		{
			if (net_in(&object, types[type], id_of(i)) != expected->net[type][i])
				return false;
		}
	}
	return !scim_find_member(&object, "count", &found);
}

static void
add(Expected *to, const Expected *from)
{
	to->forgotten |= from->forgotten;
	for (int i = 0; i < 2 * MEMBERS && !to->forgotten; i++)
	{
		to->net[i / MEMBERS][i % MEMBERS] += from->net[i / MEMBERS][i % MEMBERS];
	}
	to->forgotten |= moved(to) > scim_setting_history_members;
}

static bool
joins(int limit)
{
	Expected	one = {0};
	Expected	two = {0};
	ScimMemberMoves *first = scim_new_moves();
	ScimMemberMoves *second = scim_new_moves();

	scim_setting_history_members = limit;
	note_some(first, &one, rand() % 60);
	note_some(second, &two, rand() % 60);
	scim_join_moves(first, second);
	add(&one, &two);
	return is_as_expected(first, &one) && is_as_expected(second, &two);
}

static bool
notes(int limit)
{
	Expected	expected = {0};
	ScimMemberMoves *moves = scim_new_moves();

	scim_setting_history_members = limit;
	for (int i = 0; i < 10; i++)
	{
		note_some(moves, &expected, rand() % 30);
		if (!is_as_expected(moves, &expected))
			return false;
	}
	return true;
}

static bool
all_rounds(bool (*test) (int limit), bool limited)
{
	for (int i = 0; i < ROUNDS; i++)
	{
		server_reset();
		if (!test(limited ? rand() % 70 : 1000))
			return false;
	}
	return true;
}

static bool
is_kept_as(const char *json, const ScimMemberMoves *moves, const ScimMemberSum *before)
{
	StringInfoData text;

	initStringInfo(&text);
	return strcmp(JsonbToCString(&text, &scim_moves_jsonb(moves, before)->root, 0), json) == 0;
}

int
main(void)
{
	ScimMemberSum before = {.known = true, .count = 2};
	ScimMemberMoves *moves;

	srand(1);
	report(all_rounds(notes, false), "who came and who went, net");
	report(all_rounds(notes, true), "too many are forgotten");
	report(all_rounds(joins, false), "two changes are one");

	moves = scim_new_moves();
	scim_note_move(moves, "User", "b", true);
	scim_note_move(moves, "User", "a", true);
	scim_note_move(moves, "Group", "c", false);
	report(is_kept_as("{\"added\":{\"User\":[\"a\",\"b\"]},\"removed\":{\"Group\":[\"c\"]}}",
					  moves, &before), "as they are kept");
	scim_join_moves(moves, scim_unknown_moves());
	report(is_kept_as("{\"count\":2,\"digest\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}",
					  moves, &before), "with one that is not known");
	before.known = false;
	report(is_kept_as("{}", moves, &before), "nor is what there was before");
	printf("1..%d\n", tests);
	return failures > 0;
}
