/*
 * consult_way.c
 *		What a call says of conflicts.
 */
#include "postgres.h"

#include "tools/arguments.h"
#include "tools/consult_way.h"

const char *
scim_way(const ScimToolCall *call)
{
	static const ScimParameterId ways[] = {PARAM_ON_CONFLICT, PARAM_ON_REVIEW, PARAM_ON_DELETE};

	for (int i = 0; i < (int) lengthof(ways); i++)
	{
		if (call->given[ways[i]])
			return scim_argument_word(call, ways[i]);
	}
	return NULL;
}

bool
scim_asks_user(const ScimToolCall *call)
{
	const char *way = scim_way(call);

	return way && strcmp(way, "ask_user") == 0;
}
