/*
 * hand_back.h
 *		What the server's results and notices mean for the request that they answer.
 */
#ifndef BRIDGE_HAND_BACK_H
#define BRIDGE_HAND_BACK_H

#include <libpq-fe.h>

#include "request.h"

/* The request has this answer, after which the server is ready again: it ends. */
extern void hand_back(Request *request, const PGresult *answer);

/* A notice that came meanwhile. */
extern void hand_on_notice(Request *request, const PGresult *notice);

#endif							/* BRIDGE_HAND_BACK_H */
