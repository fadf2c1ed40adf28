/*
 * jsonb.c
 *		Unit test of writing jsonb (src/base/jsonb_tree.c, jsonb_pairs.c): objects
 *		with members in any order, opened ones with others set behind, and keys that
 *		come twice; copies of what changes.  Prints TAP.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"

#undef printf

#define LARGEST 300
#define ROUNDS 2000

static int	tests = 0;
static int	failures = 0;

static void
report(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, what);
	failures += !good;
}

/* What an object must hold: for each key, by its number, the value that was set last, or -1. */
typedef struct Expected
{
	int			values[LARGEST];
	int			count;
} Expected;

/* The key of that number: of 1 to 9 bytes, and no two alike. */
static char *
key_of(int number)
{
	char	   *key = palloc(16);

	snprintf(key, 16, "%.*s%d", number % 7, "xyzxyzx", number);
	return key;
}

/* Adds so many members with keys below "range", one of which may come again. */
static void
add_members(JsonbValue *object, Expected *expected, int count, int range)
{
	for (int i = 0; i < count; i++)
	{
		int			number = rand() % range;
		char	   *key = key_of(number);
		JsonbValue	value = {.type = jbvString};
		char	   *text = palloc(16);

		value.val.string.val = text;
		value.val.string.len = snprintf(text, 16, "%d", i + 1000 * (expected->count + 1));
		scim_add(object, key, strlen(key), &value);
		expected->count += expected->values[number] < 0;
		expected->values[number] = atoi(text);
	}
}

static int
compare(const JsonbValue *a, const JsonbValue *b)
{
	if (a->val.string.len != b->val.string.len)
		return a->val.string.len - b->val.string.len;
	return memcmp(a->val.string.val, b->val.string.val, a->val.string.len);
}

/* Each key once, in jsonb's order, with the value that was set last. */
static bool
holds(Jsonb *written, const Expected *expected)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	last = {.val.string = {.len = 0}};
	int			count = 0;

	scim_walk(&walk, &written->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		char	   *name = scim_string_copy(&key);
		int			number = atoi(name + strspn(name, "xyz"));

		if ((count++ > 0 && compare(&last, &key) >= 0) || value.type != jbvString ||
			number >= LARGEST || strcmp(name, key_of(number)) != 0 ||
			expected->values[number] != atoi(scim_string_copy(&value)))
			return false;
		last = key;
	}
	return count == expected->count;
}

/* An object of some members; then the same, opened, with some more. */
static bool
is_written(int count, int more, int range)
{
	Expected	expected = {.count = 0};
	JsonbValue *object = scim_new_object();
	JsonbValue	root;
	Jsonb	   *written;

	memset(expected.values, -1, sizeof(expected.values));
	add_members(object, &expected, count, range);
	written = scim_write(object);
	if (!holds(written, &expected))
		return false;
	scim_root(written, &root);
	object = scim_open(&root);
	add_members(object, &expected, more, range);
	return holds(scim_write(object), &expected);
}

static void
test_order(void)
{
	bool		few = true;
	bool		many = true;
	bool		behind = true;

	for (int i = 0; i < ROUNDS; i++)
	{
		few &= is_written(rand() % 4, rand() % 4, 5);
		many &= is_written(rand() % LARGEST, rand() % LARGEST, 1 + rand() % LARGEST);
		behind &= is_written(rand() % LARGEST, rand() % 5, LARGEST);
		server_reset();
	}
	report(few, "objects of few members");
	report(many, "objects of many members");
	report(behind, "objects that were opened, with a few members set behind");
}

/* A copy is made of what changes alone, from there on. */
static void
test_copies(void)
{
	static const char text[] = "{\"a\": [1, 2, 3], \"b\": 1, \"c\": {\"d\": 1}}";
	static const char *const without[] = {
		"{\"b\": 1, \"c\": {\"d\": 1}}", "{\"a\": [1, 2, 3], \"c\": {\"d\": 1}}",
		"{\"a\": [1, 2, 3], \"b\": 1}"
	};
	Jsonb	   *document = server_read_json(text, strlen(text));
	bool		good = true;

	for (int left_out = 0; left_out <= 3; left_out++)
	{
		JsonbValue *copy = NULL;
		ScimWalk	walk;
		JsonbValue	key;
		JsonbValue	value;
		JsonbValue	root;

		scim_walk(&walk, &document->root);
		while (scim_walk_next(&walk, &key, &value))
		{
			bool		stays = walk.next - 1 != left_out;

			scim_copy_member(&copy, &walk, stays, key.val.string.val, key.val.string.len,
							 stays ? &value : NULL);
		}
		if (left_out == 3)
			good &= copy == NULL;
		else
		{
			scim_root(server_read_json(without[left_out], strlen(without[left_out])), &root);
			good &= copy && scim_equal(copy, &root);
		}
	}
	report(good, "copies of what changes");
}

int
main(void)
{
	srand(1);
	test_order();
	test_copies();
	printf("1..%d\n", tests);
	return failures > 0;
}
