/*
 * diff.c
 *		Unit test of differences (src/core/diff.c): of random resources of the type in
 *		test/fuzz/type.c, what is found, done as a patch, makes the one of the other.
 *		Prints TAP.
 */
#include "server.h"
#include "type.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "core/content.h"
#include "core/diff.h"
#include "core/patch_apply.h"
#include "core/patch_parse.h"
#include "core/resource.h"

#undef printf

#define ROUNDS 20000

static int	tests = 0;
static int	failures = 0;
static int	in_brackets = 0;	/* so many changes were of single values */

static void
report(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++tests, what);
	failures += !good;
}

/* ---- random resources ---- */

/* Few, so that many are alike; and some that are hard to quote, or to tell apart. */
static const char *const texts[] = {
	"a", "A", "b", "work", "Work", "home", "\"", "\\", "a]", "\xc3\x9f", "ss", "\xef\xac\x80", "ff",
	"2020-01-01T00:00:00Z",
	"\n", "x:y", ""
};

static const char *const types[] = {
	"work", "home", "other", "Home", "\"", "\\", "a]", "\xc3\x9f", "\n", "\xf0\x9d\x84\x9e",
	"and", "null"
};

static JsonbValue random_one(const ScimAttribute *attribute);

/* What a client may set at any time. */
static bool
is_free(const ScimAttribute *attribute)
{
	return attribute->mutability == SCIM_READ_WRITE;
}

static JsonbValue *
random_attributes(const ScimAttribute *attributes, int chance)
{
	JsonbValue *object = scim_new_object();

	for (; attributes->name; attributes++)
	{
		JsonbValue	value;

		if (!is_free(attributes) || (!attributes->required && rand() % 100 >= chance))
			continue;
		if (attributes->multi_valued)
		{
			value = *scim_new_array();
			for (int i = rand() % 5; i >= 0; i--)
			{
				JsonbValue	element = random_one(attributes);

				scim_append(&value, &element);
			}
		}
		else if (strcmp(attributes->name, "type") == 0)
			value = scim_text(types[rand() % lengthof(types)]);
		else
			value = random_one(attributes);
		scim_set_value(object, attributes->name, &value);
	}
	return object;
}

static JsonbValue
random_one(const ScimAttribute *attribute)
{
	switch (attribute->type)
	{
		case SCIM_COMPLEX:
			return *random_attributes(attribute->sub, 80);
		case SCIM_BOOLEAN:
			/* mostly false: two values may not be primary */
			return (JsonbValue) {.type = jbvBool,.val.boolean = rand() % 6 == 0};
		case SCIM_INTEGER:
		case SCIM_DECIMAL:
			return (JsonbValue) {.type = jbvNumeric,.val.numeric = int64_to_numeric(rand() % 3)};
		case SCIM_DATETIME:
			return scim_text(rand() % 2 ? "2020-01-01T00:00:00Z" : "2020-01-01T01:00:00+01:00");
		case SCIM_BINARY:
			return scim_text(rand() % 2 ? "YQ==" : "Yg==");
		case SCIM_REFERENCE:
			return scim_text(rand() % 2 ? "https://example.com/a" : "b");
		default:
			return scim_text(texts[rand() % lengthof(texts)]);
	}
}

static Jsonb *
random_resource(void)
{
	JsonbValue *resource = random_attributes(fuzz_type.schema->attributes, 40);

	JsonbValue *schemas = scim_new_array();

	scim_set_text(resource, "userName", "ada");
	scim_append_text(schemas, fuzz_type.schema->urn);
	for (int i = 0; fuzz_type.extensions[i]; i++)
	{
		JsonbValue *extension = random_attributes(fuzz_type.extensions[i]->attributes, 50);

		if (rand() % 2)
			scim_set_value(resource, fuzz_type.extensions[i]->urn, extension);
		/* it may be listed without attributes */
		if (rand() % 2)
			scim_append_text(schemas, fuzz_type.extensions[i]->urn);
	}
	scim_set_value(resource, "schemas", schemas);
	return scim_write(resource);
}

/* One gets parts of another, or loses some; one goes, or takes the place of another. */
static void
change_values(JsonbValue *values, const JsonbValue *others)
{
	int			count = values->val.array.nElems;
	JsonbValue *value = &values->val.array.elems[rand() % count];
	JsonbValue *other = others->type == jbvArray
	? &others->val.array.elems[rand() % others->val.array.nElems] : value;

	if (scim_is_object(value) && scim_is_object(other) && rand() % 4)
	{
		JsonbValue *parts = scim_open(value);
		JsonbValue *taken = scim_open(other);

		for (int i = 0; i < taken->val.object.nPairs; i++)
		{
			JsonbPair  *pair = &taken->val.object.pairs[i];

			if (rand() % 4 == 0)
				scim_remove(parts, pair->key.val.string.val, pair->key.val.string.len);
			else if (!scim_string_is(&pair->key, "type") || rand() % 4 == 0)
				scim_set(parts, pair->key.val.string.val, pair->key.val.string.len, &pair->value);
		}
		*value = *parts;
	}
	else if (rand() % 2)
		*value = *other;
	if (count > 1 && rand() % 2)
		*value = values->val.array.elems[--values->val.array.nElems];
	else if (count > 1 && rand() % 2)
	{
		values->val.array.nElems--;
		memmove(value, value + 1,
				(char *) &values->val.array.elems[count] - (char *) (value + 1));
	}
}

/* The same, with some of another's attributes, or of their values. */
static Jsonb *
mixed(Jsonb *resource, Jsonb *other)
{
	JsonbValue	root;
	JsonbValue *object;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_root(resource, &root);
	object = scim_open(&root);
	scim_walk(&walk, &other->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		JsonbValue *there = scim_get(object, key.val.string.val, key.val.string.len);

		if (there && scim_is_array(there) && !scim_string_is(&key, "schemas") && rand() % 3)
		{
			JsonbValue *values = scim_open(there);

			change_values(values, scim_open(&value));
			*there = *values;
		}
		else if (rand() % 3 == 0)
			scim_set(object, key.val.string.val, key.val.string.len, &value);
	}
	return scim_write(object);
}

/* ---- what may raise an error ---- */

typedef struct Case
{
	Jsonb	   *given;
	Jsonb	   *document;
	Jsonb	   *new;
	Jsonb	   *changes;
	Jsonb	   *result;
} Case;

static char *
spell(const char *text)
{
	return pstrdup(text);
}

static const ScimIds ids = {spell, spell};

static void
read_resource(void *argument)
{
	Case	   *c = argument;

	c->document = scim_read_input(&fuzz_type, &scim_strict_rules, c->given, spell)->document;
}

static void
apply_changes(void *argument)
{
	Case	   *c = argument;
	JsonbValue *operations;

	c->changes = scim_write(scim_find_changes(c->document, c->new));
	operations = fuzz_operations(c->changes);
	c->result = c->document;
	if (operations->val.array.nElems > 0)
		c->result = scim_write(scim_apply_patch(scim_parse_patch(&fuzz_type, &scim_strict_rules,
																 scim_write(operations),
																 &ids),
												c->document, c->document, NULL, &fuzz_matching));
}

/* ---- promises ---- */

static const char *
text_of(Jsonb *jsonb)
{
	return JsonbToCString(NULL, &jsonb->root, 0);
}

static const char *
content_of(Jsonb *document)
{
	ScimForm	form = scim_content_form(&document->root, NULL);

	return pnstrdup(form.data, form.length);
}

/* A resource as stored; NULL: this one is none. */
static Jsonb *
stored(Jsonb *given)
{
	Case		c = {.given = given};
	ServerError error;

	return server_try(read_resource, &c, &error) ? c.document : NULL;
}

static bool
leads_there(Jsonb *old, Jsonb *new)
{
	Case		c = {.document = old, .new = new};
	ServerError error = {""};

	bool		done = server_try(apply_changes, &c, &error);

	for (const char *at = c.changes ? text_of(c.changes) : ""; (at = strstr(at, " eq ")); at++)
		in_brackets++;
	if (done &&
		strcmp(content_of(c.result), content_of(new)) == 0)
		return true;
	printf("# %s\n# %s\n# %s\n# %s\n", text_of(old), text_of(new),
		   c.changes ? text_of(c.changes) : "no changes", error.message);
	return false;
}

static void
test_random(void)
{
	bool		good = true;
	bool		none = true;
	int			tried = 0;

	for (int i = 0; good && i < ROUNDS; i++)
	{
		Jsonb	   *given = random_resource();
		Jsonb	   *old = stored(given);
		Jsonb	   *new = stored(i % 4 ? mixed(given, random_resource()) : random_resource());

		if (old && new)
		{
			good = leads_there(old, new) && leads_there(new, old);
			none &= scim_find_changes(old, old)->val.array.nElems == 0;
			tried++;
		}
		server_reset();
	}
	report(good, "changes, done as a patch, make what they lead to");
	report(none, "what is the same has no changes");
	report(in_brackets > ROUNDS / 20, psprintf("%d changes of single values", in_brackets));
	report(tried > ROUNDS / 4, psprintf("%d pairs of resources", tried));
}

int
main(void)
{
	srand(1);
	test_random();
	printf("1..%d\n", tests);
	return failures > 0;
}
