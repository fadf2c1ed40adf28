/*
 * consult_form.h
 *		The form in which the user of a client decides a conflict: params of MCP's
 *		elicitation/create.
 *
 * It is for people: short, and without what nobody is shown.  It is flat, as MCP wants it: the
 * decision, and for each attribute that both changed whose value is to stand.
 */
#ifndef SCIM_TOOLS_CONSULT_FORM_H
#define SCIM_TOOLS_CONSULT_FORM_H

#include "tools/tool_call.h"

/* Whose value stands. */
#define SCIM_SIDE_MINE "mine"
#define SCIM_SIDE_THEIRS "theirs"

typedef struct ScimQuestion
{
	const ScimToolCall *call;
	const JsonbValue *fields;	/* of the mismatch: what changed, what the merge comes to */
	const char *seen;			/* the version that the user is shown */
	List	   *decisions;		/* what he can decide, of char * */
	List	   *keys;			/* the form's names of what he can choose, of char * */
	List	   *attributes;		/* the attributes in their order; NULL in place of the last: all
								 * others */
} ScimQuestion;

/* What there is to be asked after the mismatch. */
extern void scim_make_question(ScimToolCall *call, const ErrorData *error, ScimQuestion *question);

/* The form, as a tree. */
extern JsonbValue *scim_form(const ScimQuestion *question);

/* The form's name of an attribute: that, unless it is one of the form's own. */
extern const char *scim_attribute_key(const char *attribute);

#endif							/* SCIM_TOOLS_CONSULT_FORM_H */
