/*
 * server.c
 *		Whose transactions the history's xids are.
 */
#include "postgres.h"

#include "history/server.h"

ScimHistoryServer
scim_history_server(void)
{
	elog(ERROR, "not yet");
}

uint32
scim_timeline(void)
{
	elog(ERROR, "not yet");
}
