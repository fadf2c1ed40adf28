/*
 * request.h
 *		One request that needs the database, from its line to its answer.
 *
 * A call waits for the catalogue of tools (CALL_WAITING), then in the pool's
 * queue (CALL_QUEUED), then for the database (CALL_SENT); at the end it is
 * answered once and freed, or freed unanswered when the client cancelled it
 * and nothing was committed.
 */
#ifndef BRIDGE_REQUEST_H
#define BRIDGE_REQUEST_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "own_errors.h"
#include "scan.h"

/* The two eras of MCP, decided for each message. */
typedef enum Era
{
	ERA_LEGACY,					/* up to 2025-11-25, after a handshake */
	ERA_MODERN					/* from 2026-07-28, without state */
} Era;

typedef enum CallKind
{
	CALL_TOOL,					/* a client's tools/call */
	CALL_LIST,					/* a client's tools/list */
	CALL_CATALOGUE				/* our own look at the list of tools */
} CallKind;

typedef enum CallState
{
	CALL_WAITING,				/* the catalogue is asked for first */
	CALL_QUEUED,				/* no connection is free yet */
	CALL_SENT					/* a connection works on it */
} CallState;

typedef struct Call
{
	TAILQ_ENTRY(Call) all;		/* place among all calls */
	TAILQ_ENTRY(Call) queue;	/* place in the catalogue's or the pool's queue */
	CallKind	kind;			/* what is wanted */
	CallState	state;			/* how far it is */
	Era			era;			/* which shape the answer has */
	bool		read_only;		/* the tool changes nothing */
	bool		cancelled;		/* the client does not want an answer */
	bool		overdue;		/* it took too long, so it was cancelled */
	bool		unreplicated;	/* it was committed, and its wait for a standby was ended */
	uint64_t	sent;			/* when a connection took it, by clock_ms */
	int			limit;			/* how long it may take from then, in milliseconds */
	ScanSpan	id;				/* the id, as it was sent */
	ScanSpan	arguments;		/* the arguments, as they were sent */
	const char *tool;			/* the tool's name */
	const char *agent;			/* the client's name, for the record; or "" */
	const char *application;	/* the same as application_name shows it */
	size_t		size;			/* bytes that the call takes */
	char		bytes[];		/* where all of these stand */
} Call;

TAILQ_HEAD(CallQueue, Call);
typedef struct CallQueue CallQueue;

/* A new call among all calls; everything given is copied. */
extern Call *call_new(CallKind kind, Era era, ScanSpan id, const char *tool,
					  ScanSpan arguments, const char *agent);

/* How many calls there are. */
extern unsigned int calls_open(void);

/* The client cancels the request with that id. */
extern void call_cancel_id(ScanSpan id);

/*
 * What an error of the server means for it.  sqlstate may be NULL (libpq made
 * the error itself); its statement was sent, or only what comes before it.
 */
extern BridgeError call_error(const Call *call, const char *sqlstate, bool sent);

/* The database answered and is ready again: the transaction has ended. */
extern void call_answered(Call *call, const PGresult *answer);

/* The call ends without an answer of the database's. */
extern void call_failed(Call *call, BridgeError error, const char *reason);

/* The call ends, as there is no such tool. */
extern void call_refuse(Call *call);

#endif							/* BRIDGE_REQUEST_H */
