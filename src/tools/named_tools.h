/*
 * named_tools.h
 *		Texts for agents name no tool that the agent has not: he would look for it, or
 *		call it in vain.
 *
 * Hints of errors, which are for SQL too, and most texts of the catalogue say in each
 * part (up to a full stop, a semicolon or a colon) what can be said without the others,
 * and behind a comma what can be left out.
 */
#ifndef SCIM_TOOLS_NAMED_TOOLS_H
#define SCIM_TOOLS_NAMED_TOOLS_H

#include "postgres.h"

#include "tools/catalogue.h"

/* Has the caller all tools that the text names? */
extern bool scim_has_named_tools(const char *text);

/*
 * The text without those parts that name a tool which the caller has not: itself, a
 * palloc'd one, or NULL: nothing is left of it.
 */
extern const char *scim_fit_to_tools(const char *text);

/*
 * The first of texts (tool.h) that, with the subject's words, names no such tool; or the
 * last of them.  NULL ends them.
 */
extern const char *scim_first_with_tools(const char *const *texts, const ScimSubject *subject);

#endif							/* SCIM_TOOLS_NAMED_TOOLS_H */
