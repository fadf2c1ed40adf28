/*
 * message.h
 *		A request of a client's, while it is dispatched: whose it is, and its era.
 *
 * The era is decided for each message by its _meta, because clients mix them
 * on one connection.  A message without _meta of the modern era is legacy,
 * once there has been a handshake.
 */
#ifndef BRIDGE_MESSAGE_H
#define BRIDGE_MESSAGE_H

#include "scan.h"
#include "session.h"
#include "trace.h"

typedef struct Message
{
	Session    *session;		/* whose it is */
	const ScanMessage *spans;	/* its parts */
	ScanSpan	id;				/* its id */
	Era			era;			/* its era */
	char		agent[AGENT_LIMIT + 1]; /* the client's name; or "" */
	bool		elicits;		/* the client can ask its user */
	ScanSpan	token;			/* what its progress is to be told with, or absent */
	Trace		trace;			/* what it is a part of */
} Message;

/* Find out its era, agent, ...; false when it has been answered with an error. */
extern bool message_decide_era(Message *message);

/* The beginning of a request for it: who asks, and as a part of what. */
extern RequestText message_text(const Message *message);

/* Does a client with these capabilities show its user a form? */
extern bool message_can_elicit(ScanSpan capabilities);

/*
 * The client's name out of its clientInfo, an object, for the record: without
 * control characters, which would only serve to deceive whoever reads a log.
 */
extern void message_read_agent(char *agent, ScanSpan client_info);

/* Answer it with "Invalid params" and this. */
extern void message_invalid(const Message *message, const char *detail);

#endif							/* BRIDGE_MESSAGE_H */
