/*
 * token_lanes.h
 *		Lanes of the pool, one for each token that has requests under way.
 */
#ifndef BRIDGE_TOKEN_LANES_H
#define BRIDGE_TOKEN_LANES_H

#include "request.h"

/* The token's lane, for one request; all without a token (NULL) have one together. */
extern Lane *token_lane_use(const unsigned char *digest);

/* That request has ended, and is in no queue any more. */
extern void token_lane_leave(Lane *lane);

#endif							/* BRIDGE_TOKEN_LANES_H */
