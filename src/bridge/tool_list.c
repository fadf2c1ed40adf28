/*
 * tool_list.c
 *		The list of tools, as the database last gave it.
 *
 * Entry points: catalogue_resolve, catalogue_drop, catalogue_learn,
 * catalogue_ready, catalogue_failed, catalogue_tools.
 */
#include "tool_list.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "command_line.h"
#include "log.h"
#include "pool.h"

typedef struct Tool
{
	char	   *name;			/* as tools/list and tools/call spell it */
	bool		read_only;		/* annotations.readOnlyHint */
} Tool;

static struct
{
	Tool	   *tools;			/* the tools that clients may call */
	size_t		count;			/* how many */
	Buf			source;			/* the database's text, to see whether it changed */
	char	   *list;			/* the JSON array for tools/list; NULL: none yet */
	uint64_t	learned;		/* when, by clock_ms */
	bool		asking;			/* our own look at the list is under way */
	CallQueue	waiting;		/* calls that it will decide */
}			catalogue = {.waiting = TAILQ_HEAD_INITIALIZER(catalogue.waiting)};

static const Tool *
find_tool(const char *name)
{
	for (size_t i = 0; i < catalogue.count; i++)
	{
		if (strcmp(catalogue.tools[i].name, name) == 0)
			return &catalogue.tools[i];
	}
	return NULL;
}

static void
ask(const char *agent)
{
	if (catalogue.asking)
		return;
	catalogue.asking = true;
	pool_submit(call_new(CALL_CATALOGUE, ERA_LEGACY, (ScanSpan) {NULL, 0}, "",
						 (ScanSpan) {NULL, 0}, agent));
}

static void
submit(Call *call, const Tool *tool)
{
	call->read_only = tool->read_only;
	pool_submit(call);
}

void
catalogue_resolve(Call *call)
{
	const Tool *tool = find_tool(call->tool);

	if (tool != NULL)
	{
		if (clock_ms() - catalogue.learned >= CATALOGUE_TTL_MS)
			ask(call->agent);
		submit(call, tool);
		return;
	}
	call->state = CALL_WAITING;
	TAILQ_INSERT_TAIL(&catalogue.waiting, call, queue);
	ask(call->agent);
}

void
catalogue_drop(Call *call)
{
	TAILQ_REMOVE(&catalogue.waiting, call, queue);
}

/* Those who wait now; new ones wait for another look. */
static void
take_waiting(CallQueue *taken)
{
	TAILQ_INIT(taken);
	TAILQ_CONCAT(taken, &catalogue.waiting, queue);
	catalogue.asking = false;
}

void
catalogue_ready(void)
{
	CallQueue	taken;
	Call	   *call;

	take_waiting(&taken);
	while ((call = TAILQ_FIRST(&taken)) != NULL)
	{
		const Tool *tool = find_tool(call->tool);

		TAILQ_REMOVE(&taken, call, queue);
		if (tool != NULL)
			submit(call, tool);
		else
			call_refuse(call);
	}
}

void
catalogue_failed(BridgeError error, const char *reason, int limit)
{
	CallQueue	taken;
	Call	   *call;

	take_waiting(&taken);
	while ((call = TAILQ_FIRST(&taken)) != NULL)
	{
		TAILQ_REMOVE(&taken, call, queue);
		call->limit = limit;
		call_failed(call, error, reason);
	}
}

static void
forget_tools(void)
{
	for (size_t i = 0; i < catalogue.count; i++)
		free(catalogue.tools[i].name);
	free(catalogue.tools);
	free(catalogue.list);
	catalogue.tools = NULL;
	catalogue.list = NULL;
	catalogue.count = 0;
}

/* Is this an array of objects, each with a name? */
static bool
is_list(const json_t *list)
{
	size_t		i;
	json_t	   *tool;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, tool)
	{
		if (!json_is_string(json_object_get(tool, "name")))
			return false;
	}
	return true;
}

static bool
reads_only(const json_t *tool)
{
	return json_is_true(json_object_get(json_object_get(tool, "annotations"), "readOnlyHint"));
}

static void
learn_tools(json_t *list)
{
	json_t	   *shown = json_array();
	size_t		i;
	json_t	   *tool;
	const char *name;

	forget_tools();
	catalogue.tools = must_alloc(sizeof(Tool) * json_array_size(list));
	json_array_foreach(list, i, tool)
	{
		if (options.read_only && !reads_only(tool))
			continue;
		name = json_string_value(json_object_get(tool, "name"));
		catalogue.tools[catalogue.count].name = must_strdup(name);
		catalogue.tools[catalogue.count].read_only = reads_only(tool);
		catalogue.count++;
		if (json_array_append(shown, tool) != 0)
			log_fatal("out of memory");
	}
	catalogue.list = json_dumps(shown, JSON_COMPACT);
	json_decref(shown);
}

bool
catalogue_learn(const char *json, size_t length)
{
	json_t	   *list;

	catalogue.learned = clock_ms();
	if (catalogue.list != NULL && catalogue.source.length == length &&
		memcmp(catalogue.source.data, json, length) == 0)
		return true;
	list = json_loadb(json, length, 0, NULL);
	if (!is_list(list))
	{
		json_decref(list);
		return false;
	}
	learn_tools(list);
	json_decref(list);
	catalogue.source.length = 0;
	buf_put(&catalogue.source, json, length);
	return catalogue.list != NULL;
}

const char *
catalogue_tools(size_t *length)
{
	*length = strlen(catalogue.list);
	return catalogue.list;
}
