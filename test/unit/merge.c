/*
 * merge.c
 *		Unit test of merges (src/core/merge.c): what is promised of them
 *		(test/fuzz/merge_promises.c), of random changes of random contents that often
 *		meet.  Prints TAP.
 */
#include "merge_promises.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"

#undef printf

#define ROUNDS 20000

static int	tests = 0;
static int	failures = 0;

/* How often something came that shall come often. */
static int	conflicts = 0;
static int	by_type = 0;
static int	by_value = 0;
static int	by_both = 0;
static int	removals = 0;
static int	primaries = 0;
static int	clean = 0;
static int	in_any_order = 0;

static void
report(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, what);
	failures += !good;
}

/* ---- random contents: few texts and names, so that much is alike ---- */

typedef enum Kind
{
	TEXT,						/* one of "texts" */
	OBJECT,						/* of "parts" */
	VALUES,						/* an array of such */
	SIMPLE,						/* an array of some of "texts" */
	SET							/* the same, of each once */
} Kind;

typedef struct Part
{
	const char *name;
	Kind		kind;
	const char *const *texts;	/* JSON, ended by NULL */
	const struct Part *parts;	/* ended by one without a name */
	bool		required;		/* always there */
} Part;

#define TEXTS(...) (const char *const[]) {__VA_ARGS__, NULL}
#define WORDS TEXTS("\"a\"", "\"A\"", "\"b\"", "\"\"", "\"\xc3\x9f\"", "\"]\\\"\"")
#define NUMBERS TEXTS("0", "1", "1.0", "2", "-3.50", "12345678901234567890123")
#define TYPES TEXTS("\"work\"", "\"home\"", "\"other\"", "\"Home\"", "\"x\"", "\"\"", "null")
#define PRIMARY TEXTS("true", "false", "null", "false")
#define ANY TEXTS("null", "[]", "{}", "1", "\"a\"", "[1,\"1\"]", "{\"a\":1}", \
				  "{\"a\":2,\"b\":[]}", "[{\"type\":\"a\"},1]", \
				  "[{\"type\":\"a\",\"value\":1}]", "[[1],[2]]", "[null,{}]")

static const Part deep[] = {{"x", TEXT, NUMBERS}, {"y", TEXT, ANY}, {"z", SIMPLE, WORDS}, {0}};
static const Part name[] = {
	{"givenName", TEXT, WORDS}, {"familyName", TEXT, WORDS}, {"at", OBJECT, NULL, deep}, {0}
};
static const Part email[] = {
	{"type", TEXT, TYPES}, {"value", TEXT, WORDS}, {"primary", TEXT, PRIMARY},
	{"display", TEXT, WORDS}, {0}
};
static const Part rank[] = {
	{"type", TEXT, TYPES}, {"display", TEXT, NUMBERS}, {"primary", TEXT, PRIMARY},
	{"at", OBJECT, NULL, deep}, {0}
};
static const Part photo[] = {{"value", TEXT, ANY}, {"display", TEXT, WORDS}, {0}};
static const Part address[] = {{"street", TEXT, WORDS}, {"primary", TEXT, PRIMARY}, {0}};
static const Part crew[] = {
	{"department", TEXT, WORDS}, {"manager", OBJECT, NULL, name}, {"ranks", VALUES, NULL, rank}, {0}
};
static const Part resource[] = {
	{"title", TEXT, WORDS}, {"visits", TEXT, NUMBERS}, {"odd", TEXT, ANY},
	{"name", OBJECT, NULL, name}, {"emails", VALUES, NULL, email}, {"ranks", VALUES, NULL, rank},
	{"photos", VALUES, NULL, photo}, {"addresses", VALUES, NULL, address},
	{"tags", SIMPLE, WORDS}, {"urn:x:2.0:Crew", OBJECT, NULL, crew},
	{"schemas", SET, TEXTS("\"urn:x:2.0:User\"", "\"urn:x:2.0:Crew\"", "\"urn:x:2.0:Ship\"")}, {0}
};

/* For writers whose order shall not count: max and min are of what is there. */
#define LEVELS TEXTS("0", "1", "1.0", "2", "-3.50", "7")
#define TIMES TEXTS("\"2020-01-01T00:00:00Z\"", "\"2020-01-01T01:00:00+01:00\"", \
					"\"2020-01-01T01:00:00Z\"", "\"2019-12-31T23:59:59.5Z\"")
static const Part stats[] = {
	{"high", TEXT, LEVELS, NULL, true}, {"low", TEXT, LEVELS, NULL, true},
	{"seen", TEXT, TIMES, NULL, true}, {0}
};
static const Part tallied[] = {
	{"visits", TEXT, NUMBERS}, {"trips", TEXT, NUMBERS}, {"stats", OBJECT, NULL, stats, true},
	{"tags", SET, WORDS},
	{"lines", SET, TEXTS("[1]", "[2]", "[1,2]", "{\"a\":1}", "{\"a\":2}")}, {0}
};

/* Sets need none. */
static const char order_rules[] = "{\"*\":\"counter\",\"stats\":\"max\",\"stats.low\":\"min\"}";

static int
chance(int of_100)
{
	return rand() % 100 < of_100;
}

static JsonbValue
read(const char *text)
{
	JsonbValue	value;

	scim_root(server_read_json(text, strlen(text)), &value);
	return value;
}

static JsonbValue
random_text(const char *const *texts)
{
	int			count = 0;

	while (texts[count])
		count++;
	return read(texts[rand() % count]);
}

static bool
is_in(JsonbValue *array, const JsonbValue *value)
{
	for (int i = 0; i < array->val.array.nElems; i++)
	{
		if (scim_equal(&array->val.array.elems[i], value))
			return true;
	}
	return false;
}

static JsonbValue random_value(const Part *part);

/* One of its elements. */
static Part
element_of(const Part *part)
{
	Part		element = *part;

	element.kind = part->kind == VALUES ? OBJECT : TEXT;
	return element;
}

static void
add_element(const Part *part, JsonbValue *array)
{
	Part		element = element_of(part);
	JsonbValue	value = random_value(&element);

	if (part->kind != SET || !is_in(array, &value))
		scim_append(array, &value);
}

static JsonbValue
random_value(const Part *part)
{
	JsonbValue	value;

	if (part->kind == TEXT)
		return random_text(part->texts);
	value = part->kind == OBJECT ? *scim_new_object() : *scim_new_array();
	if (part->kind == OBJECT)
	{
		for (const Part *sub = part->parts; sub->name; sub++)
		{
			JsonbValue	member = random_value(sub);

			if (sub->required || chance(70))
				scim_set_value(&value, sub->name, &member);
		}
	}
	else
	{
		for (int i = rand() % 4; i > 0; i--)
			add_element(part, &value);
	}
	return value;
}

/* ---- changes of them ---- */

static JsonbValue changed(const Part *part, const JsonbValue *value);

static JsonbValue
changed_object(const Part *parts, const JsonbValue *value)
{
	JsonbValue	object = *scim_open(value);

	for (const Part *part = parts; part->name; part++)
	{
		JsonbValue *there = scim_get(&object, part->name, strlen(part->name));
		JsonbValue	new;

		if (!chance(55))
			continue;
		if (there && !part->required && chance(25))
			scim_remove(&object, part->name, strlen(part->name));
		else
		{
			new = there ? changed(part, there) : random_value(part);
			scim_set_value(&object, part->name, &new);
		}
	}
	return object;
}

/* Elements change, go, come, and change places. */
static JsonbValue
changed_array(const Part *part, const JsonbValue *value)
{
	JsonbValue *old = scim_open(value);
	JsonbValue	array = *scim_new_array();
	Part		element = element_of(part);

	for (int i = 0; i < old->val.array.nElems; i++)
	{
		JsonbValue	new = chance(50) ? changed(&element, &old->val.array.elems[i])
		: old->val.array.elems[i];

		if (chance(85) && (part->kind != SET || !is_in(&array, &new)))
			scim_append(&array, &new);
	}
	if (chance(40))
		add_element(part, &array);
	if (array.val.array.nElems > 1 && chance(15))
	{
		JsonbValue	first = array.val.array.elems[0];

		array.val.array.elems[0] = array.val.array.elems[1];
		array.val.array.elems[1] = first;
	}
	return array;
}

static JsonbValue
changed(const Part *part, const JsonbValue *value)
{
	if (part->kind == OBJECT)
		return changed_object(part->parts, value);
	return part->kind == TEXT ? random_text(part->texts) : changed_array(part, value);
}

/* Another one of it; at times quite another one. */
static Jsonb *
other(const Part *whole, Jsonb *document)
{
	JsonbValue	root;
	JsonbValue	value;

	scim_root(document, &root);
	value = chance(95) ? changed(whole, &root) : random_value(whole);
	return scim_write(&value);
}

/* ---- what may raise an error ---- */

typedef struct Triple
{
	Jsonb	   *base;
	Jsonb	   *writers[3];
	const char *broken;
} Triple;

static void
count_paths(const List *paths)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		const char *path = lfirst(cell);
		bool		type = strstr(path, "[type eq ") != NULL;

		by_both += type && strstr(path, " and value eq ");
		by_type += type && !strstr(path, " and value eq ");
		by_value += strstr(path, "[value eq ") != NULL;
	}
}

static void
count_merge(const ScimMerge *merge)
{
	ListCell   *cell;

	clean += !merge->conflicts;
	foreach(cell, merge->conflicts)
	{
		const ScimMergeConflict *conflict = lfirst(cell);

		conflicts++;
		removals += !conflict->mine || !conflict->theirs;
		primaries += strstr(conflict->path, "s.primary") != NULL;
	}
	count_paths(merge->mine);
	count_paths(merge->theirs);
}

static void
check_promises(void *argument)
{
	Triple	   *t = argument;
	MergeCase	c = {t->base, t->writers[0], t->writers[1], NULL};

	t->broken = broken_merge_promise(t->base, t->writers[0], t->writers[1], true);
	merge_case(&c);
	count_merge(&c.merge);
}

static void
check_order(void *argument)
{
	Triple	   *t = argument;
	Jsonb	   *rules = server_read_json(order_rules, strlen(order_rules));
	Jsonb	   *end;

	t->broken = broken_order_promise(t->base, t->writers, rules, &end);
	in_any_order += end && strcmp(JsonbToCString(NULL, &merge_content(end)->root, 0),
								  JsonbToCString(NULL, &merge_content(t->base)->root, 0)) != 0;
}

static bool
holds(void (*check) (void *), const Part *whole)
{
	JsonbValue	value = random_value(whole);
	Triple		t = {.base = scim_write(&value)};
	ServerError error = {""};

	for (int i = 0; i < 3; i++)
		t.writers[i] = other(whole, t.base);
	if (server_try(check, &t, &error) && !t.broken)
		return true;
	printf("# %s %s\n#   base %s\n", t.broken ? t.broken : error.message, error.detail,
		   JsonbToCString(NULL, &t.base->root, 0));
	for (int i = 0; i < 3; i++)
		printf("#   %s %s\n", i == 0 ? "mine" : i == 1 ? "theirs" : "third",
			   JsonbToCString(NULL, &t.writers[i]->root, 0));
	return false;
}

static void
test_random(const char *what, void (*check) (void *), const Part *whole)
{
	bool		good = true;

	srand(1);
	for (int i = 0; good && i < ROUNDS; i++)
	{
		good = holds(check, whole);
		server_reset();
	}
	report(good, what);
}

static void
test_frequency(int times, int least, const char *what)
{
	report(times >= least, psprintf("%d %s", times, what));
}

int
main(void)
{
	static const Part contents = {"", OBJECT, NULL, resource};
	static const Part tallies = {"", OBJECT, NULL, tallied};

	test_random("what a merge promises, of 20,000 random triples", check_promises, &contents);
	test_frequency(conflicts, ROUNDS, "conflicts");
	test_frequency(clean, ROUNDS / 10, "merges without a conflict");
	test_frequency(removals, ROUNDS / 10, "conflicts of what one side removed");
	test_frequency(primaries, ROUNDS / 100, "conflicts about what is primary");
	test_frequency(by_type, ROUNDS / 2, "changes of values told by their type");
	test_frequency(by_value, ROUNDS / 10, "changes of values told by their value");
	test_frequency(by_both, ROUNDS / 40, "changes of values told by both");
	test_random("20,000 times three writers: the same comes out in any order",
				check_order, &tallies);
	test_frequency(in_any_order, ROUNDS / 2, "times they changed something, without a conflict");
	printf("1..%d\n", tests);
	return failures > 0;
}
