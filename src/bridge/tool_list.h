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
#define CATALOGUE_TTL_MS 300000

/*
 * Find the tool of a new call: then the call goes to the pool, at once or
 * after another look at the list; else it is refused.
 */
extern void catalogue_resolve(Call *call);

/* Take a call out again that waits for the list. */
extern void catalogue_drop(Call *call);

/* A list came from the database; false when it is none. */
extern bool catalogue_learn(const char *json, size_t length);

/*
 * Our own look at the list has ended: with a list, or with an error (limit: how
 * long it might take, in milliseconds).
 */
extern void catalogue_ready(void);
extern void catalogue_failed(BridgeError error, const char *reason, int limit);

/* The list as tools/list gives it: a JSON array. */
extern const char *catalogue_tools(size_t *length);

#endif							/* BRIDGE_TOOL_LIST_H */
