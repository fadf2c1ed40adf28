/*
 * subscription.h
 *		What a subscription is, and an audience.
 *
 * A subscription is what one subscriptions/listen asked for; of a legacy client, one
 * resource that it subscribed to, or that it has listed the tools.
 *
 * Those who are told the same of a resource, as the database sees the same in them, are
 * an audience.
 */
#ifndef BRIDGE_SUBSCRIPTION_H
#define BRIDGE_SUBSCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "session.h"
#include "watched.h"

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
	size_t		bytes;			/* what it takes, with their uris as if nobody shared them */
	size_t		pending;		/* of how many its client is told when it reads again */
	size_t		next;			/* where to look for these first */
	bool	   *is_pending;		/* for each: is it one of them? */
	const char **given;			/* for each: its uri as the client has it, or NULL: as the database
								 * has it; NULL: so are all */
	Interest	watches[];		/* the resources */
} Subscription;

/* Which one it is of its subscription's. */
static inline size_t
interest_place(const Interest *watch)
{
	return (size_t) (watch - watch->subscription->watches);
}

/* The uri as the client has it. */
static inline const char *
interest_uri(const Interest *watch)
{
	const char **given = watch->subscription->given;

	return given != NULL && given[interest_place(watch)] != NULL ?
		given[interest_place(watch)] : watch->resource->uri;
}

#endif							/* BRIDGE_SUBSCRIPTION_H */
