/*
 * direct.h
 *		Rows looked up by an index, without a statement: for small look-ups, of
 *		which the start of a statement is the larger part.
 *
 * Only where nothing but scimver's own policy stands between the caller and the
 * rows, and nobody watches statements; else they are read by a statement, which
 * obeys all that there is.
 */
#ifndef SCIM_STATEMENT_DIRECT_H
#define SCIM_STATEMENT_DIRECT_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "registry/registration.h"
#include "statement/direct_way.h"

typedef struct ScimDirect ScimDirect;

/*
 * Opens a table to look up its rows in a tenant, as the current role sees them.
 * The role may read the columns that are for the purpose, and need not the others.
 * NULL: that takes a statement; why, DEBUG1 says.  The table stays locked, as by one.
 */
extern ScimDirect *scim_open_direct(const ScimRegistration *registration,
									ScimDirectPurpose purpose, const char *tenant);

/*
 * Turns to the rows of an id (of a user), of the table's type of ids (of members):
 * under the snapshot that is active the first time, which stays until it is closed.
 */
extern void scim_seek_direct(ScimDirect *direct, Datum id);

/* The next of them, until the next call; NULL: there are no more. */
extern TupleTableSlot *scim_next_direct(ScimDirect *direct);

extern void scim_close_direct(ScimDirect *direct);

#endif							/* SCIM_STATEMENT_DIRECT_H */
