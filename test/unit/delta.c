/*
 * delta.c
 *		Unit test of reverse deltas (src/core/delta.c): examples, and what must hold
 *		of random documents with names that are made to be taken for others.  Prints TAP.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "core/content.h"
#include "core/delta.h"
#include "core/schema.h"
#include "lib/stringinfo.h"

#undef printf
#undef fprintf

#define ROUNDS 20000

static int	tests = 0;
static int	failures = 0;

static void
report(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, what);
	failures += !good;
}

/* ---- what is compared ---- */

/* Of text in which a ' is a ". */
static Jsonb *
json(const char *text)
{
	char	   *quoted = pstrdup(text);

	for (char *c = quoted; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return server_read_json(quoted, strlen(quoted));
}

static const char *
text_of(Jsonb *jsonb)
{
	return jsonb ? JsonbToCString(NULL, &jsonb->root, 0) : "none";
}

/* The content, without what no document holds. */
static const char *
content_of(Jsonb *document)
{
	ScimMemberSum none = {.known = true};
	ScimBeside	beside = {.id = "", .members = &none};
	JsonbValue	root;
	JsonbValue *tree;
	ScimForm	form;

	scim_root(document, &root);
	tree = scim_open(&root);
	scim_remove(tree, "password", strlen("password"));
	form = scim_content_form_of(tree, &beside);
	return pnstrdup(form.data, form.length);
}

static bool
same_content(Jsonb *a, Jsonb *b)
{
	return strcmp(content_of(a), content_of(b)) == 0;
}

static const char *
names_of(const List *names)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, names)
		appendStringInfo(&text, "%s ", (char *) lfirst(cell));
	return text.data;
}

/* "before" as it is kept: written, and read again. */
static Jsonb *
kept(const ScimDelta *delta)
{
	return delta->before ? scim_write(delta->before) : NULL;
}

/* ---- examples ---- */

typedef struct Example
{
	const char *old;
	const char *new;
	const char *changed;
	const char *before;
} Example;

#define USER "'schemas': ['" SCIM_URN_USER "']"
#define GROUP "'schemas': ['" SCIM_URN_GROUP "']"

static const Example examples[] = {
	{"{'a': 1, 'b': [1, 2]}",
	"{'a': 1.0, 'b': [1, 2], 'c': null, 'd': [], 'e': {'f': {}}}", "", "none"},
	{"{'a': 1}", "{'b': 2}", "a b ", "{'a': 1, 'b': null}"},
	{"{'a': [1, 2]}", "{'a': [2, 1]}", "a ", "{'a': [1, 2]}"},
	{"{'id': 1, 'meta': 1, '_version': 1, 'password': 1}", "{}", "", "none"},
	{"{'schemas': ['b', 'a', 'b']}", "{'schemas': ['a', 'b']}", "", "none"},
	{"{'schemas': ['b']}", "{'schemas': ['a', 'b']}", "schemas ", "{'schemas': ['b']}"},
	{"{" USER ", 'groups': [1]}", "{" USER ", 'groups': [2]}", "", "none"},
	{"{" USER ", 'members': [1]}", "{" USER ", 'members': [2]}", "members ", "{'members': [1]}"},
	{"{" GROUP ", 'members': [1]}", "{" GROUP "}", "", "none"},
	{"{" GROUP ", 'groups': [1]}", "{" GROUP "}", "groups ", "{'groups': [1]}"},
	{"{'u:x': {'m': 1, 'n': {'o': 1}}}", "{'u:x': {'m': 1, 'n': {'o': 2}, 'p': 1}}", "u:x:n u:x:p ",
	"{'u:x': {'n': {'o': 1}, 'p': null}}"},
	{"{'u:x': {'m': 1}}", "{}", "u:x:m ", "{'u:x': {'m': 1}}"},
	{"{}", "{'u:x': {'m': 1, 'n': null}}", "u:x:m ", "{'u:x': {'m': null}}"},
	{"{'u:x': {'m': 1}}", "{'u:x': 'text'}", "u:x ", "{'u:x': {'m': 1}}"},
	{"{'u:x': 'text'}", "{'u:x': {'m': 1}}", "u:x ", "{'u:x': 'text'}"},
	{"{'u:x': []}", "{'u:x': {'m': 1}}", "u:x:m ", "{'u:x': {'m': null}}"},
	{"{'u:x': [1]}", "{}", "u:x ", "{'u:x': [1]}"},
	{"{'u': {'x:m': 1}, 'u:x': {'m': 1}}", "{}", "u u:x:m ", "{'u': {'x:m': 1}, 'u:x': {'m': 1}}"},
	{"{'': {'': 1}, ':': {'': 1}}",
	"{'': {'': 2}, ':': {'': 2}}", " :: ", "{'': {'': 1}, ':': {'': 1}}"}
};

static void
test_examples(void)
{
	for (int i = 0; i < lengthof(examples); i++)
	{
		const Example *example = &examples[i];
		Jsonb	   *before = json(example->before);
		ScimDelta	delta;
		bool		good;

		scim_find_delta(json(example->old), json(example->new), &delta);
		good = strcmp(names_of(delta.changed), example->changed) == 0 &&
			strcmp(text_of(kept(&delta)), before ? text_of(before) : "none") == 0;
		if (!good)
			printf("# changed %s\n# before %s\n", names_of(delta.changed), text_of(kept(&delta)));
		report(good, psprintf("%s, then %s", example->old, example->new));
		server_reset();
	}
}

static void
test_whole(void)
{
	static const char document[] = "{" USER ", 'a': 1, 'b': [], 'id': 1, 'password': 1,"
	" 'groups': [1], 'u:x': {'m': 1, 'n': null}, 'u:y': 1, 'u:z': {'n': null}}";
	static const char content[] = "{" USER ", 'a': 1, 'u:x': {'m': 1, 'n': null}, 'u:y': 1}";
	ScimDelta	delta;

	scim_whole_delta(json(document), false, &delta);
	report(strcmp(names_of(delta.changed), "a schemas u:x:m u:y ") == 0 && !delta.before,
		   "all of what came");
	scim_whole_delta(json(document), true, &delta);
	report(strcmp(names_of(delta.changed), "a schemas u:x:m u:y ") == 0 &&
		   strcmp(text_of(kept(&delta)), text_of(json(content))) == 0,
		   "all of what went");
	report(strcmp(text_of(scim_undo_delta(NULL, kept(&delta))), text_of(json(content))) == 0,
		   "what went, back");
	report(strcmp(text_of(scim_undo_delta(json(content), NULL)), text_of(json(content))) == 0,
		   "nothing to be undone");
	server_reset();
}

/* ---- random documents ---- */

static const char *const keys[] = {
	"", "a", "b", "title", ":", "::", "u", "u:x", "u:x:m", "u:x:m:n", "x:m", "m", "m:n", "schemas",
	"groups", "members", "id", "meta", "_version", "password", "\xc3\xa9", "u:\xc3\xa9", "\"",
	"null"
};

static const char *const scalars[] = {
	"null", "true", "false", "1", "1.0", "2", "''", "'u:x'", "'a'", "[]", "{}", "[null]",
	"{'m': null}", "{'m': {'n': []}}"
};

static const char *const schemas[] = {
	"['" SCIM_URN_USER "']", "['" SCIM_URN_GROUP "']", "['b', 'a']", "['a', 'b', 'a']",
	"['a', 1]", "['" SCIM_URN_GROUP "', '" SCIM_URN_USER "']", "'" SCIM_URN_USER "'"
};

static JsonbValue
parsed(const char *text)
{
	JsonbValue	value;

	scim_root(json(text), &value);
	return value;
}

static JsonbValue *random_object(int depth);

static JsonbValue
random_value(int depth)
{
	JsonbValue *array;

	if (depth > 3 || rand() % 3 == 0)
		return parsed(scalars[rand() % lengthof(scalars)]);
	if (rand() % 3 > 0)
		return *random_object(depth + 1);
	array = scim_new_array();
	for (int i = rand() % 4; i > 0; i--)
	{
		JsonbValue	element = random_value(depth + 1);

		scim_append(array, &element);
	}
	return *array;
}

static void
set_random(JsonbValue *object, const char *key, int depth)
{
	JsonbValue	value = depth == 0 && strcmp(key, "schemas") == 0 && rand() % 10 > 0
	? parsed(schemas[rand() % lengthof(schemas)])
	: random_value(depth);

	scim_set_value(object, key, &value);
}

static JsonbValue *
random_object(int depth)
{
	JsonbValue *object = scim_new_object();

	for (int i = rand() % (depth == 0 ? 12 : 4); i > 0; i--)
		set_random(object, keys[rand() % lengthof(keys)], depth);
	return object;
}

/* Another document, which has much of this one. */
static Jsonb *
random_change(Jsonb *document)
{
	JsonbValue	root;
	JsonbValue *object;

	scim_root(document, &root);
	object = scim_open(&root);
	for (int i = rand() % 5; i > 0; i--)
	{
		const char *key = keys[rand() % lengthof(keys)];
		JsonbValue *there = scim_get(object, key, strlen(key));

		if (rand() % 3 == 0)
			scim_remove(object, key, strlen(key));
		else if (there && scim_is_object(there) && rand() % 2 == 0)
		{
			JsonbValue	part = *scim_open(there);

			set_random(&part, keys[rand() % lengthof(keys)], 1);
			scim_set_value(object, key, &part);
		}
		else
			set_random(object, key, 0);
	}
	return scim_write(object);
}

static bool
is_sorted(const List *names)
{
	for (int i = 1; i < list_length(names); i++)
	{
		if (strcmp(list_nth(names, i - 1), list_nth(names, i)) >= 0)
			return false;
	}
	return true;
}

/* What must hold of any three documents in succession. */
typedef struct Promises
{
	bool		undone;
	bool		noticed;		/* what is another content is a change, and nothing else */
	bool		joined;
	bool		gone;			/* changed, then deleted */
	bool		sorted;
	bool		copied;
	int			joined_ones;
} Promises;

/* The copy stands on its own: it survives what it was made of. */
static bool
is_copied(const ScimDelta *delta, Jsonb *old)
{
	ScimDelta  *copy = scim_copy_delta(delta, NULL);
	const char *before = text_of(kept(delta));
	const char *changed = names_of(delta->changed);

	memset(&old->root, 0xff, VARSIZE(old) - VARHDRSZ);
	return strcmp(before, text_of(kept(copy))) == 0 &&
		strcmp(changed, names_of(copy->changed)) == 0;
}

static void
try_succession(Promises *hold)
{
	Jsonb	   *old = scim_write(random_object(0));
	Jsonb	   *middle = random_change(old);
	Jsonb	   *new = random_change(middle);
	ScimDelta	first;
	ScimDelta	second;
	ScimDelta	end;
	ScimDelta	joined;

	scim_find_delta(old, middle, &first);
	scim_find_delta(middle, new, &second);
	scim_whole_delta(middle, true, &end);
	hold->undone &= same_content(scim_undo_delta(middle, kept(&first)), old);
	hold->noticed &= (first.changed == NIL) == same_content(old, middle) &&
		(first.changed == NIL) == (first.before == NULL);
	joined = first;
	if (scim_join_deltas(&joined, &second))
	{
		hold->joined_ones++;
		hold->joined &= same_content(scim_undo_delta(new, kept(&joined)), old);
	}
	if (scim_join_deltas(&first, &end))
		hold->gone &= same_content(scim_undo_delta(NULL, kept(&first)), old);
	hold->sorted &= is_sorted(joined.changed) && is_sorted(first.changed) &&
		is_sorted(second.changed) && is_sorted(end.changed);
	hold->copied &= is_copied(&joined, old);
}

static void
test_random(void)
{
	Promises	hold = {true, true, true, true, true, true};

	for (int i = 0; i < ROUNDS; i++)
	{
		try_succession(&hold);
		server_reset();
	}
	report(hold.undone, "what was changed is undone");
	report(hold.noticed, "another content is a change, the same is none");
	report(hold.joined && hold.joined_ones > ROUNDS * 0.95, "two changes as one are undone");
	report(hold.gone, "a change and the end as one are undone");
	report(hold.sorted, "names come in order, each once");
	report(hold.copied, "copies refer to nothing else");
}

int
main(void)
{
	srand(1);
	test_examples();
	test_whole();
	test_random();
	printf("1..%d\n", tests);
	return failures > 0;
}
