/*
 * token_lanes.c
 *		Lanes of the pool, one for each token that has requests under way.
 *
 * None has more than half of the pool, whatever it asks: others find a connection.
 *
 * Entry points: token_lane_use, token_lane_leave.
 */
#include "token_lanes.h"

#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "buf.h"
#include "command_line.h"

/* More than there are tokens at work at once, as a rule; a power of two. */
#define BUCKETS 1024

typedef struct TokenLane
{
	Lane		lane;			/* what the pool knows of it */
				SLIST_ENTRY(TokenLane) next;	/* in its bucket */
	unsigned char digest[AUTH_DIGEST];	/* whose it is; zeros: of those without a token */
	unsigned int users;			/* requests that have it */
} TokenLane;

static SLIST_HEAD(, TokenLane) buckets[BUCKETS];

/* Digests are as good as drawn at random. */
static unsigned int
bucket_of(const unsigned char *digest)
{
	return (digest[0] | (unsigned int) digest[1] << 8) % BUCKETS;
}

static TokenLane *
find(const unsigned char *digest)
{
	TokenLane  *found;

	SLIST_FOREACH(found, &buckets[bucket_of(digest)], next)
	{
		if (memcmp(found->digest, digest, AUTH_DIGEST) == 0)
			return found;
	}
	return NULL;
}

static TokenLane *
add(const unsigned char *digest)
{
	TokenLane  *added = must_alloc(sizeof(TokenLane));

	lane_init(&added->lane);
	added->lane.most = options.pool_size > 1 ? (unsigned int) options.pool_size / 2 : 1;
	added->users = 0;
	memcpy(added->digest, digest, AUTH_DIGEST);
	SLIST_INSERT_HEAD(&buckets[bucket_of(digest)], added, next);
	return added;
}

Lane *
token_lane_use(const unsigned char *digest)
{
	static const unsigned char nobody[AUTH_DIGEST];
	TokenLane  *used;

	if (digest == NULL)
		digest = nobody;
	used = find(digest);
	if (used == NULL)
		used = add(digest);
	used->users++;
	return &used->lane;
}

void
token_lane_leave(Lane *lane)
{
	TokenLane  *left = (TokenLane *) lane;

	if (--left->users > 0)
		return;
	SLIST_REMOVE(&buckets[bucket_of(left->digest)], left, TokenLane, next);
	free(left);
}
