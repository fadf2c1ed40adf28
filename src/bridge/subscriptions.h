/*
 * subscriptions.h
 *		What clients are told of changes: their subscriptions.
 *
 * A subscription is what one subscriptions/listen asked for; of a legacy client, one
 * resource that it subscribed to, or that it has listed the tools.
 *
 * Those who are told the same of a resource, as the database sees the same in them, are
 * an audience.
 */
#ifndef BRIDGE_SUBSCRIPTIONS_H
#define BRIDGE_SUBSCRIPTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "session.h"
#include "watched.h"

/* What a client may have of them. */
#define MOST_LISTENS 1000
#define MOST_WATCHES 250000

typedef struct Audience
{
	WatchedSet	watched;		/* the resources that somebody watches */
	struct SubscriptionList subscriptions;	/* all of them */
	unsigned int tools;			/* how many watch the list of tools */
	unsigned int waiting;		/* how many of these wait for nothing but that it may change */
} Audience;

typedef struct Subscription
{
	TAILQ_ENTRY(Subscription) of_session;	/* place among those of its client */
	TAILQ_ENTRY(Subscription) of_audience;	/* and of its audience */
	TAILQ_ENTRY(Subscription) behind;	/* and of those that have something pending */
	Session    *session;		/* whose it is */
	Audience   *audience;		/* among whom */
	Era			era;			/* modern: a subscriptions/listen */
	ScanSpan	id;				/* modern: its id, as it was sent */
	bool		tools;			/* the list of tools is watched */
	bool		tools_pending;	/* its client is told of that when it reads again */
	unsigned int tools_told;	/* which list it has been told of (tool_list.h) */
	size_t		count;			/* how many resources are watched */
	size_t		pending;		/* of how many its client is told when it reads again */
	size_t		next;			/* where to look for these first */
	bool	   *is_pending;		/* for each: is it one of them? */
	const char **given;			/* for each: its uri as the client has it, or NULL: as the database
								 * has it; NULL: so are all */
	Interest	watches[];		/* the resources */
} Subscription;

/* What a client asks for. */
typedef struct Wish
{
	ScanSpan	id;				/* modern: the id of its request */
	Era			era;			/* whose methods it used */
	bool		tools;			/* to be told of changes in the list of tools */
	const json_t *given;		/* the uris of resources as it has them: strings; or NULL */
	const json_t *watched;		/* the same as the database has them, null where it refuses */
} Wish;

/* Before the first one. */
extern void subscriptions_open(void);

/* The uri as the client has it. */
extern const char *interest_uri(const Interest *watch);

/* May the client have another subscription, to so many resources? */
extern bool subscriptions_have_room(const Session *session, Era era, size_t watches);

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

/* Tell its client of the resource, or of the tools: now, or when it reads again. */
extern void subscription_tell(Interest *watch);
extern void subscription_tell_tools(Subscription *subscription);

#endif							/* BRIDGE_SUBSCRIPTIONS_H */
