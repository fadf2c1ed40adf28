/*
 * duplicates.c
 *		Keys that stand twice in an object of a JSON text.
 *
 * The server's parser walks the text; the keys of the objects that are open lie
 * on one stack, and are put in order where their object ends.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/errors.h"
#include "common/jsonapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tools/duplicates.h"
#include "utils/memutils.h"

/* An object or array that is open. */
typedef struct Level
{
	bool		is_array;
	int64		first;			/* where its keys begin on the stack */
	int64		elements;		/* of an array, so far */
} Level;

typedef struct Walk
{
	char	  **keys;			/* of open objects, the innermost last */
	int64		key_count;
	int64		key_room;
	Level	   *levels;
	int64		level_count;
	int64		level_room;
} Walk;

/* ---- the stacks ---- */

static void
open_level(Walk *walk, bool is_array)
{
	if (walk->level_count == walk->level_room)
	{
		walk->level_room *= 2;
		walk->levels = repalloc_huge(walk->levels, walk->level_room * sizeof(Level));
	}
	walk->levels[walk->level_count++] = (Level) {is_array, walk->key_count, 0};
}

static void
close_level(Walk *walk)
{
	walk->key_count = walk->levels[--walk->level_count].first;
}

static void
push_key(Walk *walk, char *key)
{
	if (walk->key_count == walk->key_room)
	{
		walk->key_room *= 2;
		walk->keys = repalloc_huge(walk->keys, walk->key_room * sizeof(char *));
	}
	walk->keys[walk->key_count++] = key;
}

/* ---- what stands twice ---- */

static SCIM_NORETURN void throw_twice(const Walk *walk, const char *key);

/* The way to the object that ends now: of objects around it the key that was read last. */
static void
throw_twice(const Walk *walk, const char *key)
{
	StringInfoData path;

	initStringInfo(&path);
	for (int64 i = 0; i < walk->level_count - 1; i++)
	{
		if (walk->levels[i].is_array)
			appendStringInfo(&path, "[" INT64_FORMAT "]", walk->levels[i].elements - 1);
		else
			appendStringInfo(&path, "%s%s", path.len > 0 ? "." : "",
							 walk->keys[walk->levels[i + 1].first - 1]);
	}
	appendStringInfo(&path, "%s%s", path.len > 0 ? "." : "", key);
	scim_throw_path(SCIM_INVALID_ARGUMENT, path.data, "%s is given twice", path.data);
}

/* The keys of the innermost object. */
static void
check_keys(const Walk *walk)
{
	int64		first = walk->levels[walk->level_count - 1].first;
	int64		count = walk->key_count - first;
	char	  **keys = walk->keys + first;

	qsort(keys, count, sizeof(char *), pg_qsort_strcmp);
	for (int64 i = 1; i < count; i++)
	{
		if (strcmp(keys[i - 1], keys[i]) == 0)
			throw_twice(walk, keys[i]);
	}
}

/* ---- what the parser calls ---- */

static ScimJsonAction
begin_object(void *state)
{
	open_level(state, false);
	SCIM_JSON_GO_ON;
}

static ScimJsonAction
end_object(void *state)
{
	check_keys(state);
	close_level(state);
	SCIM_JSON_GO_ON;
}

static ScimJsonAction
begin_array(void *state)
{
	open_level(state, true);
	SCIM_JSON_GO_ON;
}

static ScimJsonAction
end_array(void *state)
{
	close_level(state);
	SCIM_JSON_GO_ON;
}

static ScimJsonAction
begin_element(void *state, bool isnull)
{
	Walk	   *walk = state;

	CHECK_FOR_INTERRUPTS();
	walk->levels[walk->level_count - 1].elements++;
	SCIM_JSON_GO_ON;
}

/* The key is unescaped, and ours to keep. */
static ScimJsonAction
begin_field(void *state, char *key, bool isnull)
{
	CHECK_FOR_INTERRUPTS();
	push_key(state, key);
	SCIM_JSON_GO_ON;
}

void
scim_refuse_duplicates(char *json)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver keys",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Walk		walk = {.key_room = 64, .level_room = 16};
	JsonSemAction actions = {
		.semstate = &walk,
		.object_start = begin_object,
		.object_end = end_object,
		.array_start = begin_array,
		.array_end = end_array,
		.object_field_start = begin_field,
		.array_element_start = begin_element,
	};

	walk.keys = palloc(walk.key_room * sizeof(char *));
	walk.levels = palloc(walk.level_room * sizeof(Level));
	if (pg_parse_json(scim_json_lexer(json, strlen(json)), &actions) != JSON_SUCCESS)
		elog(ERROR, "JSON that was read before cannot be read");
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}
