/*
 * feed_cursor.h
 *		Cursors of a reader of changes: what was delivered to it, and what is being
 *		delivered.
 */
#ifndef SCIM_OPERATION_FEED_CURSOR_H
#define SCIM_OPERATION_FEED_CURSOR_H

#include "history/seen.h"

/* A round brings all that "to" has seen and "from" has not, page by page. */
typedef struct ScimFeedPlace
{
	ScimHistoryServer server;
	bool		has_from;		/* false: nothing was delivered before */
	ScimSeen	from;			/* this was, completely */
	bool		in_round;
	ScimSeen	to;				/* in a round: this is being delivered */
	int64		last;			/* in a round: up to this seq */
	int64		pruned;			/* in a round: the ScimPruned's xmax when it began */
} ScimFeedPlace;

/* What a cursor is bound to: the type (NULL: all types), and the tenant.  Palloc'd. */
extern char *scim_feed_kind(const char *type, const char *tenant);

/* "kind" as of scim_feed_kind. */
extern char *scim_write_feed_cursor(const char *kind, const ScimFeedPlace *place);

/*
 * The place, in the current context; the server is that of now.  INVALID_CURSOR;
 * EXPIRED_CURSOR, also of another server's, another timeline's.
 */
extern void scim_read_feed_cursor(const char *kind, const char *cursor,
								  const ScimHistoryServer *server, ScimFeedPlace *place);

/* EXPIRED_CURSOR, for that reason. */
extern SCIM_NORETURN void scim_throw_changes_lost(const char *why);

#endif							/* SCIM_OPERATION_FEED_CURSOR_H */
