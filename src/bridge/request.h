/*
 * request.h
 *		One question to the database, passive: what is asked, how far it is, and
 *		whom to tell how it ends.
 *
 * Whoever makes a request hands it to the pool (REQUEST_QUEUED), perhaps after
 * a list that it waits for (REQUEST_WAITING); a connection takes it
 * (REQUEST_SENT).  It comes back exactly once, by its "done", unless it is taken
 * out of its queue again; then it is its maker's, who frees it.  What has come back
 * may be kept (REQUEST_PARKED), but not be handed in again.
 */
#ifndef BRIDGE_REQUEST_H
#define BRIDGE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "own_errors.h"
#include "scan.h"
#include "trace.h"

/* What is asked; each has its statement (queries.h). */
typedef enum RequestKind
{
	REQUEST_TOOLS,				/* the list of tools */
	REQUEST_INSTRUCTIONS,		/* how to use them */
	REQUEST_READ,				/* a call of a tool that only reads */
	REQUEST_WRITE,				/* a call of any other tool */
	REQUEST_ANSWER,				/* the same where the user can be asked, or what he answered */
	REQUEST_RESOURCES,			/* a page of the resources that are listed */
	REQUEST_TEMPLATES,			/* the templates of the others */
	REQUEST_RESOURCE,			/* what one holds */
	REQUEST_PROMPTS,			/* the list of prompts */
	REQUEST_PROMPT,				/* one of them */
	REQUEST_COMPLETION,			/* what an argument may be completed to */
	REQUEST_WATCH,				/* which of these resources may be watched, and from where on */
	REQUEST_CHANGES,			/* what was changed since */
	REQUEST_HTTP_READ,			/* a request of SCIM over HTTP that only reads */
	REQUEST_HTTP_WRITE,			/* any other one */
	REQUEST_LISTEN,				/* what is notified on a channel, from now on */
	REQUEST_OWN_ROLE,			/* is this role one that may stand behind HTTP? (queries_http.h) */
	REQUEST_MAY_SEAL,			/* can the history be sealed, and by this role? (queries.h) */
	REQUEST_SEAL,				/* seal it */
	REQUEST_READY,				/* does the database answer, and is the extension there? */
	REQUEST_KINDS				/* how many there are */
} RequestKind;

typedef enum RequestState
{
	REQUEST_WAITING,			/* something else is asked for first */
	REQUEST_QUEUED,				/* no connection is free yet */
	REQUEST_SENT,				/* a connection works on it */
	REQUEST_PARKED				/* it has come back, and its maker waits for something else */
} RequestState;

/* How a request ended. */
typedef struct Outcome
{
	bool		answered;		/* the database answered, and its transaction has ended */
	const char *value;			/* answered: the value, or NULL; for the time of the call */
	size_t		length;			/* bytes of it */
	const struct pg_result *row;	/* answered: all of the row (queries_http.h), for that time */
	bool		moved;			/* not answered: the extension was not what or where it was */
	OwnError	error;			/* not answered: what happened */
	const char *reason;			/* why, or NULL */
} Outcome;

/* How far a request is. */
typedef struct Progress
{
	uint64_t	done;			/* so much is done */
	uint64_t	total;			/* of so much; 0: nobody knows */
} Progress;

/* What is asked in HTTP, but for the method, which is the request's "tool". */
typedef struct HttpQuestion
{
	const char *path;			/* behind --scim-base, percent-encoded */
	const char *query;			/* the same; NULL: there is none */
	const char *headers;		/* those that are passed, as an object of JSON */
	ScanSpan	body;			/* empty: there is none */
	const unsigned char *digest;	/* of the token; NULL: without one */
	bool		loopback;		/* without one, as --insecure-loopback says */
	const char *base_url;		/* how its client reached --scim-base; NULL: unknown */
} HttpQuestion;

typedef struct Request Request;
typedef void (*RequestDone) (Request *request, const Outcome *outcome);
typedef void (*RequestProgressed) (Request *request, const Progress *progress);

TAILQ_HEAD(RequestQueue, Request);
typedef struct RequestQueue RequestQueue;

/*
 * The queued requests of one maker, such as a client.  The pool takes lanes in
 * turn, so that a maker with many does not keep another one waiting.
 */
typedef struct Lane
{
	TAILQ_ENTRY(Lane) turn;		/* place among the lanes, in the order of their turns */
	RequestQueue queue;			/* those that wait for a connection */
	unsigned int queued;		/* how many */
	unsigned int busy;			/* connections that it has now */
	unsigned int most;			/* that it may have at once; 0: all */
	bool		held;			/* none of them is to be sent now */
	bool		passive;		/* others go first, and no connection is opened for it */
	bool		quiet;			/* its maker says in the log how they ended */
} Lane;

struct Request
{
	TAILQ_ENTRY(Request) queue; /* place in the queue that it waits in */
	RequestQueue *waits;		/* REQUEST_WAITING: the queue that it waits in */
	Lane	   *lane;			/* where it queues for a connection */
	RequestDone done;			/* is told how it ended */
	RequestKind kind;			/* what is asked */
	RequestState state;			/* how far it is */
	bool		cancelled;		/* nobody wants an answer any more */
	bool		overdue;		/* it took too long, so it was cancelled */
	bool		unreplicated;	/* it was committed, and its wait for a standby was ended */
	uint64_t	since;			/* when a connection took it, or it began to wait, by clock_ms */
	int			limit;			/* how long it may take from then, in milliseconds */
	ScanSpan	id;				/* the client's id of it, as it was sent; or absent */
	ScanSpan	arguments;		/* the arguments, as they were sent */
	const char *tool;			/* the tool's name; or the channel, the cursor, ...; or "" */
	const char *agent;			/* the client's name, for the record; or "" */
	const char *application;	/* the same as application_name shows it */
	const char *trace;			/* what the client says that it is a part of (trace.h); or NULL */
	const HttpQuestion *http;	/* what is asked in HTTP, which its maker keeps; or NULL */
	const char *asked;			/* REQUEST_ANSWER: the requestState that came back; or NULL */
	const char *responses;		/* and what the user answered, as JSON; or NULL */
	ScanSpan	token;			/* what its progress is told with, as it was sent; or absent */
	RequestProgressed progressed;	/* is told how far it is; NULL: nobody wants to know */
	size_t		size;			/* bytes that it takes */
	int			status;			/* what its end would be in HTTP; 0: it has not come back */
};

/* What a request is about: all of it is copied. */
typedef struct RequestText
{
	ScanSpan	id;				/* the client's id, or absent */
	ScanSpan	arguments;		/* the arguments, or absent */
	const char *tool;			/* the tool's name, the channel, the cursor, ..., or "" */
	const char *agent;			/* the client's name, or "" */
	const char *trace;			/* traceparent and tracestate, or NULL */
	const char *asked;			/* requestState, or NULL */
	const char *responses;		/* inputResponses, or NULL */
	ScanSpan	token;			/* the client's progressToken, or absent */
} RequestText;

/*
 * A new request, at the beginning of a structure of that size, of which the rest
 * is zero; to be freed with free().
 */
extern Request *request_new(size_t size, RequestKind kind, const RequestText *text,
							Lane *lane, RequestDone done);

/* An empty lane. */
extern void lane_init(Lane *lane);

/* Is it sure that it changes nothing? */
static inline bool
request_only_reads(const Request *request)
{
	return request->kind != REQUEST_WRITE && request->kind != REQUEST_ANSWER &&
		request->kind != REQUEST_HTTP_WRITE && request->kind != REQUEST_SEAL;
}

/* Is it one of HTTP? */
static inline bool
request_is_http(const Request *request)
{
	return request->kind == REQUEST_HTTP_READ || request->kind == REQUEST_HTTP_WRITE;
}

/* How many bytes its statement has, about. */
static inline size_t
request_length(const Request *request)
{
	return request->arguments.length + (request->http != NULL ? request->http->body.length : 0);
}

/* Is it a call of a tool? */
static inline bool
request_is_call(const Request *request)
{
	return request->kind == REQUEST_READ || request->kind == REQUEST_WRITE ||
		request->kind == REQUEST_ANSWER;
}

/* Does it give way to all others? */
static inline bool
request_is_passive(const Request *request)
{
	return request->lane != NULL && request->lane->passive;
}

/* Does its maker say in the log how it ended?  So do those who give way. */
static inline bool
request_is_quiet(const Request *request)
{
	return request->lane != NULL && (request->lane->passive || request->lane->quiet);
}

/*
 * What an error of the server means for it.  sqlstate may be NULL (libpq made
 * the error itself); its statement was sent, or only what comes before it.
 */
extern OwnError request_error(const Request *request, const char *sqlstate, bool sent);

/*
 * What it means for it that its connection ends without an answer: its statement
 * may have been sent whole, or cannot have been; because that took too long, or not.
 */
extern OwnError request_unanswered(const Request *request, bool sent, bool overdue);

/* The reason that goes with its error, out of what is known of it; or NULL. */
extern const char *request_reason(const Request *request, const Outcome *outcome, char *limit,
								  size_t size);

/* What a line of the log says it is a part of: " (TRACEPARENT)", or nothing; in part. */
#define REQUEST_PART (TRACE_PARENT + 4)
extern const char *request_part(const Request *request, char *part);

/* May its lane have a connection more? */
static inline bool
lane_may_send(const Lane *lane)
{
	return !lane->held && (lane->most == 0 || lane->busy < lane->most);
}

/* It ends so. */
extern void request_ended(Request *request, const Outcome *outcome);

/* It ends with the database's answer: a value, or NULL. */
extern void request_answered(Request *request, const char *value, size_t length);

/* It ends without one. */
extern void request_failed(Request *request, OwnError error, const char *reason);

#endif							/* BRIDGE_REQUEST_H */
