/*
 * session_guard.c
 *		Refuses statements that a session would remember beyond the transaction, and those that
 *		write for who only reads.
 *
 * The next one who enters would meet what they leave: a bridge's prepared statement has a name,
 * and who took it for another statement would be given all that is sent to the bridge, and run
 * with the rights of its role.  Where nobody has entered, nothing is refused.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/entered.h"
#include "base/errors.h"
#include "base/narrowed.h"
#include "base/session_guard.h"
#include "executor/executor.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"

static ProcessUtility_hook_type next_hook = NULL;
static ExecutorStart_hook_type next_start = NULL;

/* Before version 16 RESET would lead a transaction back to writing, and asks nobody. */
static void
keep_reading(void)
{
	if (scim_only_reads())
		XactReadOnly = true;
}

static void
start(QueryDesc *query, int flags)
{
	keep_reading();
	(next_start ? next_start : standard_ExecutorStart) (query, flags);
}

static bool
is_remembered(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_PrepareStmt:
		case T_DeallocateStmt:
		case T_DiscardStmt:
		case T_ListenStmt:
		case T_UnlistenStmt:
		case T_LoadStmt:
			return true;
		case T_DeclareCursorStmt:
			return (((const DeclareCursorStmt *) statement)->options & CURSOR_OPT_HOLD) != 0;
		default:
			return false;
	}
}

static void
guard(PlannedStmt *planned, const char *text, bool read_only_tree, ProcessUtilityContext context,
	  ParamListInfo parameters, QueryEnvironment *environment, DestReceiver *receiver,
	  QueryCompletion *completion)
{
	keep_reading();
	if (scim_entered() && is_remembered(planned->utilityStmt))
		scim_throw(scim_error(SCIM_LEAVES_BEHIND), "%-s is refused behind a token",
				   CreateCommandName(planned->utilityStmt));
	(next_hook ? next_hook : standard_ProcessUtility) (planned, text, read_only_tree, context,
													   parameters, environment, receiver,
													   completion);
}

void
scim_init_session_guard(void)
{
	next_hook = ProcessUtility_hook;
	ProcessUtility_hook = guard;
	next_start = ExecutorStart_hook;
	ExecutorStart_hook = start;
}
