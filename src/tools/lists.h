/*
 * lists.h
 *		The handlers of the tools that answer with pages.
 */
#ifndef SCIM_TOOLS_LISTS_H
#define SCIM_TOOLS_LISTS_H

#include "tools/tool_call.h"

/* A model that asks for no number of results gets so many. */
#define SCIM_DEFAULT_COUNT 20

/* Members are small. */
#define SCIM_DEFAULT_MEMBERS 100

/* More resources than this never fit into an answer, so more are never read. */
#define SCIM_LARGEST_COUNT 200

/* Nobody waits for a million to be counted who did not ask for it. */
#define SCIM_MOST_COUNTED 1000

/* Lists and searches: a search is a filter of one condition. */
extern text *scim_run_list(ScimToolCall *call);
extern text *scim_run_list_members(ScimToolCall *call);

/* scim_get_history, where it names no version. */
extern text *scim_run_list_history(ScimToolCall *call);

/* scim_changes. */
extern text *scim_run_changes(ScimToolCall *call);

/*
 * The first of a list, which the answer holds under that name, that fit into it:
 * always one, if need be without its largest members.  "versioned": they are
 * resources.  What of them is left out is named in "omitted", an array; the second
 * names those that are left out whole, as "found" were there and "shown" are.
 */
extern JsonbValue *scim_first_that_fit(JsonbContainer *list, const char *name, bool versioned,
									   JsonbValue *omitted);
extern void scim_name_rest(const char *name, int shown, int found, JsonbValue *omitted);

/* The proposals of a tenant, those of a status, page by page. */
extern text *scim_run_list_proposals(ScimToolCall *call, const char *status);

#endif							/* SCIM_TOOLS_LISTS_H */
