/*
 * progress.c
 *		How far a call is that takes long.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/progress.h"
#include "base/settings.h"
#include "utils/timestamp.h"

/* Between two messages; with the first and the last that makes ten a second. */
#define LEAST_USECS 125000

/* The work that is told of. */
static int	depth = 0;			/* 1: it runs; more: what it has caused runs; 0: there is none */
static int64 total;
static int64 reached;			/* by it; and what was told of that: */
static int64 told;
static TimestampTz told_at;
static TimestampTz statement;	/* in which it was */

static void
tell(TimestampTz now)
{
	told = reached;
	told_at = now;
	ereport(INFO,
			(errcode(MAKE_SQLSTATE('P', 'T', '1', '0', '2')),
			 errmsg_internal(INT64_FORMAT " " INT64_FORMAT, told, total)));
}

/* In one statement there may be several, one after the other: what was told stays the least. */
static void
begin(int64 parts)
{
	TimestampTz current = GetCurrentStatementStartTimestamp();

	if (current != statement)
	{
		told = 0;
		told_at = 0;
	}
	statement = current;
	total = parts;
	reached = told;
}

void
scim_run_with_progress(int64 parts, void (*work) (void *argument), void *argument)
{
	if (!scim_setting_progress && depth == 0)
	{
		work(argument);
		return;
	}
	if (depth == 0)
		begin(parts);
	depth++;
	PG_TRY();
	{
		work(argument);
	}
	PG_FINALLY();
	{
		depth--;
	}
	PG_END_TRY();
	if (depth == 0 && reached > told)
		tell(GetCurrentTimestamp());
}

bool
scim_tells_progress(void)
{
	return depth == 1;
}

void
scim_tell_progress(int64 done)
{
	TimestampTz now;

	if (depth != 1 || done <= reached)
		return;
	reached = done;
	now = GetCurrentTimestamp();
	/* a clock that was set back is no reason to fall silent */
	if (now - told_at >= LEAST_USECS || now < told_at)
		tell(now);
}
