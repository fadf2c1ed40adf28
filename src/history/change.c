/*
 * change.c
 *		The operations of the history, as its rows name them.
 */
#include "postgres.h"

#include "history/change.h"

static const char *const names[] = {
	[SCIM_HISTORY_CREATE] = "create",
	[SCIM_HISTORY_UPDATE] = "update",
	[SCIM_HISTORY_DELETE] = "delete",
	[SCIM_HISTORY_TRUNCATE] = "truncate",
	[SCIM_HISTORY_REMAPPED] = "remapped",
	[SCIM_HISTORY_REFUSED] = "refused"
};

const char *
scim_operation_name(ScimHistoryOperation operation)
{
	return names[operation];
}

ScimHistoryOperation
scim_operation_named(const char *name, Size length)
{
	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return i;
	}
	return SCIM_HISTORY_REFUSED;
}
