/*
 * merge_fuzz.c
 *		libFuzzer target for merges (src/core/merge.c), without a server.
 *
 * The input is a case of test/data/merge.txt: lines "base JSON", "mine JSON", "theirs
 * JSON" and, if it has rules, "rules JSON".  Beside memory errors it looks for
 * what would break promises: those of merge_promises.c, and
 * - an error is one that is documented: INVALID_VALUE, INVALID_PATH; without rules it
 *   only comes of what has no content;
 * - with rules, too, what comes out is a content, and its own, and a side that meets no
 *   other stays what it is.
 */
#include "merge_promises.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/jsonb_tree.h"
#include "core/content.h"
#include "core/differ.h"
#include "core/schema.h"

#undef fprintf

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

static ServerError error;

/* ---- the input ---- */

/* The JSON behind "key " at the beginning of a line; "base" there: that of the base. */
static Jsonb *
read_side(const char *text, const char *key, const MergeCase *known)
{
	size_t		length = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n'))
	{
		const char *end;

		line += *line == '\n';
		if (strncmp(line, key, length) != 0 || line[length] != ' ')
			continue;
		line += length + strspn(line + length, " ");
		end = line + strcspn(line, "\n");
		if (end - line == 4 && strncmp(line, "base", 4) == 0)
			return known->base;
		if (end - line == 4 && strncmp(line, "mine", 4) == 0)
			return known->mine;
		return server_read_json(line, end - line);
	}
	return NULL;
}

static bool
read_case(const uint8_t *data, size_t size, MergeCase *c)
{
	const char *text = pnstrdup((const char *) data, size);

	memset(c, 0, sizeof(*c));
	c->base = read_side(text, "base", c);
	c->mine = read_side(text, "mine", c);
	c->theirs = read_side(text, "theirs", c);
	c->rules = read_side(text, "rules", c);
	return c->base && c->mine && c->theirs;
}

/* ---- which promises there are ---- */

/* Does no name mean something in a path? */
static bool
has_plain_names(const JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	child;

	if (value->type != jbvBinary)
		return true;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &key, &child))
	{
		if (scim_is_object(value) && !scim_is_attribute_name(scim_string_copy(&key)))
			return false;
		if (!has_plain_names(&child))
			return false;
	}
	return true;
}

/* The same of a content, which may have an extension. */
static bool
is_plain(Jsonb *content)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, &content->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		const char *name = scim_string_copy(&key);

		if (!(scim_is_attribute_name(name) || strcmp(name, "urn:x:2.0:Crew") == 0) ||
			!has_plain_names(&value))
			return false;
		/* what is no list of schemas is none that is sorted */
		if (strcmp(name, "schemas") == 0 &&
			(!scim_is_array(&value) ||
			 !scim_same_content(scim_sorted_schemas(&value), &value)))
			return false;
	}
	return true;
}

/* A group's members count in its content, and are merged as they are. */
static bool
is_group(Jsonb *document)
{
	JsonbValue	name = scim_text("members");

	return scim_is_from_elsewhere(&document->root, &name);
}

/* ---- pieces that may raise an error ---- */

static void
check_promises(void *argument)
{
	MergeCase  *c = argument;
	bool		plain = is_plain(merge_content(c->base)) && is_plain(merge_content(c->mine)) &&
		is_plain(merge_content(c->theirs));
	const char *broken = broken_merge_promise(c->base, c->mine, c->theirs, plain);

	if (broken)
	{
		fprintf(stderr, "violated: %s\n", broken);
		abort();
	}
}

static void
take_contents(void *argument)
{
	MergeCase  *c = argument;
	Jsonb	   *const documents[] = {c->base, c->mine, c->theirs};

	for (int i = 0; i < (int) lengthof(documents); i++)
		scim_content_form(&documents[i]->root, NULL);
}

static bool
attempt(void (*body) (void *), MergeCase *c)
{
	if (server_try(body, c, &error))
		return true;
	MUST(error.detail[0] == '{');
	MUST(strncmp(error.message, "INVALID_VALUE: ", 15) == 0 ||
		 strncmp(error.message, "INVALID_PATH: ", 14) == 0);
	return false;
}

/* ---- promises ---- */

static void
check_with_rules(const MergeCase *given)
{
	MergeCase	c = *given;
	JsonbValue	stays;
	JsonbValue	result;

	if (!attempt(merge_case, &c))
		return;
	scim_root(merge_content(c.merge.merged), &result);
	scim_root(c.merge.merged, &stays);
	MUST(scim_same_content(&result, &stays));
	c.theirs = c.base;
	MUST(attempt(merge_case, &c));
	MUST(c.merge.conflicts == NIL);
	scim_root(c.merge.merged, &result);
	scim_root(merge_content(c.mine), &stays);
	MUST(scim_same_content(&result, &stays));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MergeCase	c;

	if (read_case(data, size, &c))
	{
		if (!attempt(take_contents, &c) || is_group(c.base) || is_group(c.mine) ||
			is_group(c.theirs))
			attempt(merge_case, &c);
		else
		{
			check_with_rules(&c);
			c.rules = NULL;
			MUST(server_try(check_promises, &c, &error));
		}
	}
	server_reset();
	return 0;
}
