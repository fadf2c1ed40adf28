/*
 * envelope.h
 *		The one shape of every answer: {"success", "metadata", "content"}.
 *
 * It is text, json to SQL: clients cut long answers, so what is large stands last.
 */
#ifndef SCIM_TOOLS_ENVELOPE_H
#define SCIM_TOOLS_ENVELOPE_H

#include "tools/tool_call.h"

/* The start of "metadata": what is known of every call.  To be added to. */
extern JsonbValue *scim_metadata(const ScimToolCall *call);

/* The whole of an answer. */
extern text *scim_envelope(bool success, const JsonbValue *content, const JsonbValue *metadata);

/* A success with any content. */
extern text *scim_success(const JsonbValue *content, const JsonbValue *metadata);

/* A success about one resource, which is fitted into an answer. */
extern text *scim_success_resource(const ScimToolCall *call, Jsonb *resource, JsonbValue *metadata);

/* A resource as tools show it: with "_version"; a tree.  *version is set unless NULL. */
extern JsonbValue *scim_shown_resource(const JsonbValue *resource, JsonbValue *version);

/*
 * Appends to "omitted", each with "prefix" in front, what the operation left out of
 * a resource (meta.omitted).
 */
extern void scim_append_omitted(const JsonbValue *resource, const char *prefix,
								JsonbValue *omitted);

/*
 * Says in "metadata", if not all attributes are shown, that an update must not
 * be made of those that are.
 */
extern void scim_say_partial(const ScimToolCall *call, JsonbValue *metadata);

/*
 * What the content of a failure says is to be done, in place of what it said; but for
 * tools that the caller has not.  Where nothing is left of it, what was said stays.
 */
extern void scim_set_next_step(JsonbValue *content, const char *step);

/* The same beside it. */
extern void scim_add_next_step(JsonbValue *content, const char *step);

#endif							/* SCIM_TOOLS_ENVELOPE_H */
