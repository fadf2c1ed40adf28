/*
 * tool_list.h
 *		The list of tools, as the database last gave it.
 *
 * The bridge knows no tool by itself.  It keeps the last list to refuse names
 * that are not in it and to know which tools only read; a name that is not
 * found, and age, make it ask again, so an upgrade of the extension needs no
 * restart here.
 */
#ifndef BRIDGE_TOOL_LIST_H
#define BRIDGE_TOOL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "request.h"

/* How long a list is good without another look, in milliseconds. */
#define TOOL_LIST_TTL_MS 300000

/* Before the first call. */
extern void tool_list_open(void);

/*
 * Find the tool of a new call: then the call goes to the pool, at once or
 * after another look at the list; else it fails with ERROR_UNKNOWN_TOOL.  If the
 * tool only reads, so does the call, whatever kind it was made as.
 */
extern void tool_list_resolve(Request *call);

/* The database answered this request with a list; false when it is none. */
extern bool tool_list_learn(const Request *request, const Outcome *outcome);

/* Which list that is: rises with each other one; 1 is the first, and while there is none. */
extern unsigned int tool_list_generation(void);

/* The list as tools/list gives it: a JSON array. */
extern const char *tool_list_text(size_t *length);

#endif							/* BRIDGE_TOOL_LIST_H */
