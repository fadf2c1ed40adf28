/*
 * server.h
 *		Whose transactions the history's xids are.
 *
 * After a restore into another server, or a copy of the database, the xids in the
 * rows mean nothing.  The first one who asks there decides, once and for all, that
 * what is there up to the last seq is visible to everybody.
 */
#ifndef SCIM_HISTORY_SERVER_H
#define SCIM_HISTORY_SERVER_H

#include "postgres.h"

typedef struct ScimHistoryServer
{
	uint64		system_identifier;
	Oid			database;
	int64		floor;			/* the xids of rows up to that seq mean nothing here */
} ScimHistoryServer;

/*
 * This server.  If the history came from another one, that is decided here: under a
 * lock that waits for those who write the history, and under which new ones wait
 * until the transaction ends; an error if it is read-only (25006), or has a snapshot of
 * before (40001).  On a standby 55000.  To be called before the snapshot is taken that
 * is to be told.
 */
extern ScimHistoryServer scim_history_server(void);

/* Is it this one, and this database, whatever its floor? */
extern bool scim_is_this_server(const ScimHistoryServer *server);

/* The timeline that is written. */
extern uint32 scim_timeline(void);

#endif							/* SCIM_HISTORY_SERVER_H */
