/*
 * subscriptions.h
 *		What clients are told of changes: their subscriptions.
 */
#ifndef BRIDGE_SUBSCRIPTIONS_H
#define BRIDGE_SUBSCRIPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "session.h"
#include "subscription.h"

/* What a client may have of them. */
#define MOST_LISTENS 1000
#define MOST_WATCHES 250000
#define MOST_SUBSCRIBED_BYTES ((size_t) 64 * 1024 * 1024)

/* What a client asks for. */
typedef struct Wish
{
	ScanSpan	id;				/* modern: the id of its request */
	Era			era;			/* whose methods it used */
	bool		tools;			/* to be told of changes in the list of tools */
	const json_t *given;		/* the uris of resources as it has them: strings; or NULL */
	const json_t *watched;		/* the same as the database has them, null where it refuses; NULL:
								 * it has not been asked yet */
} Wish;

/* Before the first session. */
extern void subscriptions_open(void);

/* May the client have that besides its other subscriptions? */
extern bool subscriptions_have_room(const Session *session, const Wish *wish);

/* A new one; what was asked for twice is watched once. */
extern Subscription *subscription_open(Session *session, Audience *audience, const Wish *wish);

/* It ends; a modern client is told so, or not. */
extern void subscription_finish(Subscription *subscription);
extern void subscription_close(Subscription *subscription);

/* The client's subscription with that id, or NULL. */
extern Subscription *subscriptions_find(const Session *session, ScanSpan id);

/*
 * That of a legacy client to a resource as it calls it, or NULL; where it is known what
 * the database calls it (uri), and where it is not.
 */
extern Subscription *subscriptions_find_uri(const Session *session, const Audience *audience,
											const char *uri, const char *given);
extern Subscription *subscriptions_find_given(const Session *session, const Audience *audience,
											  const char *given);

/* How many all clients have asked for. */
extern size_t subscriptions_count(void);

/* Tell its client of the resource, or of the tools: now, or when it reads again. */
extern void subscription_tell(Interest *watch);
extern void subscription_tell_tools(Subscription *subscription);

#endif							/* BRIDGE_SUBSCRIPTIONS_H */
