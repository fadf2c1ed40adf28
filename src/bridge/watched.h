/*
 * watched.h
 *		The resources that are watched, by their uri, and the watches of each.
 */
#ifndef BRIDGE_WATCHED_H
#define BRIDGE_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct Subscription;
typedef struct Interest Interest;
typedef struct Watched Watched;

/* That a subscription is told of a resource.  There may be very many: it is small. */
struct Interest
{
	Watched    *resource;		/* what is watched */
	struct Subscription *subscription;	/* who is told */
	Interest   *next;			/* of the same resource */
};

/* A resource that somebody watches. */
struct Watched
{
	const char *uri;			/* as the database has it */
				LIST_ENTRY(Watched) all;	/* place among all of the set */
	Interest   *watches;		/* those of it, the newest first */
	char	   *version;		/* the one that was last told of; or NULL */
	bool		refused;		/* it may not be watched any more */
};

/* Such resources. */
typedef struct WatchedSet
{
	void	   *tree;			/* those of tsearch(), by uri */
				LIST_HEAD(, Watched) all;	/* the same, to go through them */
	size_t		count;			/* how many */
} WatchedSet;

/* None. */
extern void watched_init(WatchedSet *set);

/* The resource with that uri, or NULL. */
extern Watched *watched_find(const WatchedSet *set, const char *uri);

/* The watch is one of that resource's from now on, whose first one it may be. */
extern void watched_add(WatchedSet *set, const char *uri, Interest *watch);

/* It is not any more; the resource goes with its last one. */
extern void watched_remove(WatchedSet *set, Interest *watch);

/* What the resource's version is now; NULL: nobody says. */
extern void watched_set_version(Watched *resource, const char *version);

#endif							/* BRIDGE_WATCHED_H */
