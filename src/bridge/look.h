/*
 * look.h
 *		Our own look at what the database says of itself, for all who wait for it.
 */
#ifndef BRIDGE_LOOK_H
#define BRIDGE_LOOK_H

#include "request.h"

typedef struct Look
{
	RequestKind kind;			/* what is looked at */
	bool		asking;			/* the look is under way */
	Lane		lane;			/* its place in the pool: it holds no client's */
	RequestQueue waiting;		/* requests that it will decide */
} Look;

/* Nothing of that kind has been looked at yet. */
extern void look_init(Look *look, RequestKind kind);

/* Look, unless that is under way; done is told how it ends, and frees its request. */
extern void look_begin(Look *look, const char *agent, RequestDone done);

/* The request waits for the look. */
extern void look_wait(Look *look, Request *request);

/* It does not wait for its look any more. */
extern void look_drop(Request *request);

/*
 * The look has ended: moves those who wait to *taken, which is made empty first;
 * new ones wait for another look.
 */
extern void look_end(Look *look, RequestQueue *taken);

#endif							/* BRIDGE_LOOK_H */
