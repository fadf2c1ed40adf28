/*
 * consult.h
 *		Calls whose client's user is asked what to do.
 *
 * The database says what to ask, in a form, and how the call ends without an answer.  A
 * client of the modern era asks by itself and calls again: nothing is kept here.  A
 * legacy client gets a request of ours, and its call is parked until it answers: that
 * takes a little memory, but no connection, and so no transaction.
 */
#ifndef BRIDGE_CONSULT_H
#define BRIDGE_CONSULT_H

#include <event2/event.h>

#include "session.h"

/* What the database wants to know: parts of its answer. */
typedef struct Question
{
	ScanSpan	requests;		/* inputRequests: an object */
	ScanSpan	state;			/* requestState: a string */
	ScanSpan	otherwise;		/* an envelope: what the call ends with if the user is not asked */
} Question;

/*
 * The call comes back, for good.  responses: inputResponses, as JSON, with the state;
 * or NULL: there is no answer.
 */
typedef void (*ConsultDone) (Call *call, const char *state, const char *responses,
							 ScanSpan otherwise);

/* Before the first question. */
extern void consult_open(struct event_base *base);

/*
 * Ask the user of the call's client, unless he cannot be (false).  Modern: the call is
 * answered, and nothing follows.  Legacy: it is parked, done follows.
 */
extern bool consult_begin(Call *call, const Question *question, ConsultDone done);

/* A response of the client's came, perhaps to one of our requests. */
extern void consult_answered(Session *session, const ScanMessage *response);

#endif							/* BRIDGE_CONSULT_H */
