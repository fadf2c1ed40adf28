/*
 * protect.c
 *		Catching errors, with a subtransaction as the net.
 *
 * Locks, SPI connections, snapshots and settings that the work left behind
 * end with the subtransaction; memory context and resource owner are ours to
 * restore.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/protect.h"
#include "utils/resowner.h"

/*
 * Is this an error that has to reach the client as it is?  Who cancels or
 * shuts down wants the statement ended, not answered; out of memory and
 * internal errors say that the backend itself is unwell.
 */
static bool
must_be_thrown_on(const ErrorData *error)
{
	switch (error->sqlerrcode)
	{
		case ERRCODE_QUERY_CANCELED:	/* statement_timeout too */
		case ERRCODE_ADMIN_SHUTDOWN:
		case ERRCODE_CRASH_SHUTDOWN:
		case ERRCODE_OUT_OF_MEMORY:
			return true;
		default:
			return ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INTERNAL_ERROR;
	}
}

/* "keep", once it is done: what it wrote stands, if it went well. */
static ErrorData *
run(void (*work) (void *argument), void *argument, const bool *keep)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context); /* the subtransaction's own would end with it */

	PG_TRY();
	{
		work(argument);
		if (*keep)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();

	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	if (error && must_be_thrown_on(error))
	{
		/* the statement may hold a resource, even a password */
		error->hide_stmt = true;
		ReThrowError(error);
	}
	return error;
}

ErrorData *
scim_protect(void (*work) (void *argument), void *argument)
{
	static const bool keep = true;

	return run(work, argument, &keep);
}

ErrorData *
scim_rehearse(void (*work) (void *argument), void *argument)
{
	static const bool keep = false;

	return run(work, argument, &keep);
}

ErrorData *
scim_attempt(void (*work) (void *argument), void *argument, const bool *stands)
{
	return run(work, argument, stands);
}
