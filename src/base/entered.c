/*
 * entered.c
 *		Who has entered by a token, and that nothing leads out again.
 *
 * Code with the caller's rights, such as a trigger's, runs behind it: so the server is told
 * that the user is changed for a while, as it is in functions that are SECURITY DEFINER.
 * There it refuses SET ROLE, and RESET ROLE.  This stays on when the function ends that entered,
 * and is taken off before the server takes back the role with the other settings of the
 * transaction, which is behind triggers that were deferred.
 *
 * Locks that such code takes for the session (pg_advisory_lock) would stay in it, and keep
 * others waiting for who is gone: they end with the transaction, too.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/entered.h"
#include "base/left_behind.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/memutils.h"

static ScimEntered kept;
static const ScimEntered *entered = NULL;
static SubTransactionId entered_in = InvalidSubTransactionId;

const ScimEntered *
scim_entered(void)
{
	return entered;
}

const char *
scim_principal(void)
{
	return entered ? entered->principal : NULL;
}

/* ---- the user that stays ---- */

static void
keep_user(bool keep)
{
	Oid			user;
	int			context;

	GetUserIdAndSecContext(&user, &context);
	if (keep)
		context |= SECURITY_LOCAL_USERID_CHANGE;
	else
		context &= ~SECURITY_LOCAL_USERID_CHANGE;
	SetUserIdAndSecContext(user, context);
}

/* ---- its end ---- */

/* An abort has the user, and what was told the server of him, as they were before. */
static void
transaction_ends(XactEvent event, void *argument)
{
	if (entered == NULL)
		return;
	if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
	{
		scim_refuse_to_leave_behind();
		keep_user(false);
	}
	else
	{
		entered = NULL;
		LockReleaseSession(USER_LOCKMETHOD);
	}
}

static void
subtransaction_ends(SubXactEvent event, SubTransactionId ended, SubTransactionId parent,
					void *argument)
{
	if (entered == NULL || ended != entered_in)
		return;
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		entered_in = parent;
	else if (event == SUBXACT_EVENT_ABORT_SUB)
		entered = NULL;
}

static void
hear_of_ends(void)
{
	static bool hears = false;

	if (hears)
		return;
	RegisterXactCallback(transaction_ends, NULL);
	RegisterSubXactCallback(subtransaction_ends, NULL);
	hears = true;
}

/* ---- its beginning ---- */

static const char *
copy(const char *text)
{
	return text ? MemoryContextStrdup(TopTransactionContext, text) : NULL;
}

void
scim_set_entered(const ScimEntered *who)
{
	Assert(entered == NULL);
	hear_of_ends();
	kept = *who;
	kept.token = copy(who->token);
	kept.principal = copy(who->principal);
	kept.tenant = copy(who->tenant);
	kept.subject_type = copy(who->subject_type);
	kept.subject_id = copy(who->subject_id);
	kept.tools = copy(who->tools);
	kept.profile = copy(who->profile);
	kept.agent = copy(who->agent);
	scim_begin_to_look_behind();
	keep_user(true);
	entered_in = GetCurrentSubTransactionId();
	entered = &kept;
}
