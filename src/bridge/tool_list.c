/*
 * tool_list.c
 *		The list of tools, as the database last gave it.
 *
 * Entry points: tool_list_open, tool_list_resolve, tool_list_learn,
 * tool_list_generation, tool_list_text.
 */
#include "tool_list.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "command_line.h"
#include "log.h"
#include "look.h"
#include "pool.h"
#include "queries.h"

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
	unsigned int generation;	/* how many lists there were; 0: none yet */
	Look		look;			/* our own look at it, and the calls that it will decide */
}			tool_list;

static const Tool *
find_tool(const char *name)
{
	for (size_t i = 0; i < tool_list.count; i++)
	{
		if (strcmp(tool_list.tools[i].name, name) == 0)
			return &tool_list.tools[i];
	}
	return NULL;
}

static void
forget_tools(void)
{
	for (size_t i = 0; i < tool_list.count; i++)
		free(tool_list.tools[i].name);
	free(tool_list.tools);
	free(tool_list.list);
	tool_list.tools = NULL;
	tool_list.list = NULL;
	tool_list.count = 0;
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
	tool_list.tools = must_alloc(sizeof(Tool) * json_array_size(list));
	json_array_foreach(list, i, tool)
	{
		if (options.read_only && !reads_only(tool))
			continue;
		name = json_string_value(json_object_get(tool, "name"));
		tool_list.tools[tool_list.count].name = must_strdup(name);
		tool_list.tools[tool_list.count].read_only = reads_only(tool);
		tool_list.count++;
		if (json_array_append(shown, tool) != 0)
			log_fatal("out of memory");
	}
	tool_list.list = json_dumps(shown, JSON_COMPACT);
	json_decref(shown);
}

/* Take in what the database gave as its list. */
static bool
learn(const char *json, size_t length)
{
	json_t	   *list;

	if (json == NULL)
		return false;
	tool_list.learned = clock_ms();
	if (tool_list.list != NULL && tool_list.source.length == length &&
		memcmp(tool_list.source.data, json, length) == 0)
		return true;
	list = json_loadb(json, length, 0, NULL);
	if (!is_list(list))
	{
		json_decref(list);
		return false;
	}
	learn_tools(list);
	json_decref(list);
	tool_list.generation++;
	tool_list.source.length = 0;
	buf_put(&tool_list.source, json, length);
	return tool_list.list != NULL;
}

bool
tool_list_learn(const Request *request, const Outcome *outcome)
{
	if (learn(outcome->value, outcome->length))
		return true;
	log_line("%s() did not return a list of tools", queries_name(request));
	return false;
}

static void
submit(Request *call, const Tool *tool)
{
	if (tool->read_only)
		call->kind = REQUEST_READ;
	pool_submit(call);
}

/* The list came: those who waited are submitted, or have no such tool. */
static void
decide(RequestQueue *waiting)
{
	Request    *call;

	while ((call = TAILQ_FIRST(waiting)) != NULL)
	{
		const Tool *tool = find_tool(call->tool);

		TAILQ_REMOVE(waiting, call, queue);
		if (tool != NULL)
			submit(call, tool);
		else
			request_failed(call, ERROR_UNKNOWN_TOOL, NULL);
	}
}

/* It did not come: those who waited end for the same reason. */
static void
fail(RequestQueue *waiting, OwnError error, const char *reason, int limit)
{
	Request    *call;

	while ((call = TAILQ_FIRST(waiting)) != NULL)
	{
		TAILQ_REMOVE(waiting, call, queue);
		call->limit = limit;
		request_failed(call, error, reason);
	}
}

/* Our own look has ended. */
static void
looked(Request *request, const Outcome *outcome)
{
	RequestQueue waiting;

	look_end(&tool_list.look, &waiting);
	if (!outcome->answered)
		fail(&waiting, outcome->error, outcome->reason, request->limit);
	else if (tool_list_learn(request, outcome))
		decide(&waiting);
	else
		fail(&waiting, ERROR_INTERNAL, NULL, request->limit);
	free(request);
}

void
tool_list_open(void)
{
	look_init(&tool_list.look, REQUEST_TOOLS);
}

void
tool_list_resolve(Request *call)
{
	const Tool *tool = find_tool(call->tool);

	if (tool != NULL)
	{
		if (clock_ms() - tool_list.learned >= TOOL_LIST_TTL_MS)
			look_begin(&tool_list.look, call->agent, looked);
		submit(call, tool);
		return;
	}
	look_wait(&tool_list.look, call);
	look_begin(&tool_list.look, call->agent, looked);
}

unsigned int
tool_list_generation(void)
{
	return tool_list.generation > 0 ? tool_list.generation : 1;
}

const char *
tool_list_text(size_t *length)
{
	*length = strlen(tool_list.list);
	return tool_list.list;
}
