/*
 * cursor.h
 *		Cursors: where a page of a list ended, as a text that a client hands back
 *		(RFC 9865) and can neither read as more than that nor forge.
 */
#ifndef SCIM_OPERATION_CURSOR_H
#define SCIM_OPERATION_CURSOR_H

#include "postgres.h"

#include "base/errors.h"
#include "utils/jsonb.h"

/*
 * A cursor of characters that need no escaping in a URL, palloc'd.  "kind" says
 * what list it goes on with (what, tenant, filter, sort, ...): it is signed but
 * not carried, so that the cursor is good for no other list.  "state" is what
 * the next page needs to know.
 */
extern char *scim_write_cursor(const char *kind, Jsonb *state);

/*
 * The state of a cursor of that kind.  INVALID_CURSOR if scim_write_cursor did
 * not make it of this kind in this database, EXPIRED_CURSOR after
 * scimver.cursor_timeout; both with the path "cursor".
 */
extern Jsonb *scim_read_cursor(const char *kind, const char *cursor);

/* The same, where another error than EXPIRED_CURSOR is to say what is to be done then. */
extern Jsonb *scim_read_cursor_of(const char *kind, const char *cursor, ScimErrorCode expired);

/*
 * What is signed in the same way, and is no cursor of a list: false, if scim_write_cursor did
 * not make it of that kind in this database; *age: how old it is, in seconds.
 */
extern bool scim_open_signed(const char *kind, const char *given, Jsonb **state, int64 *age);

/* An integer of the state; there is one, as scim_write_cursor was given it. */
extern int64 scim_cursor_integer(Jsonb *state, const char *key);

/*
 * What "count" is unless it is given; then it is cut to the largest page, where
 * another would be refused.
 */
#define SCIM_DEFAULT_PAGE_SIZE 100

/*
 * How many a page by cursor has at most.  INVALID_COUNT unless it is 1 to
 * scimver.max_page_size (RFC 9865); SCIM_DEFAULT_PAGE_SIZE, which nobody may have
 * asked for, is cut to that.
 */
extern int	scim_cursor_count(int count);

/* How many a page of the history has: INVALID_COUNT below 1; what is too many is cut. */
extern int	scim_cut_count(int count);

#endif							/* SCIM_OPERATION_CURSOR_H */
