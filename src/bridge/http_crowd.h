/*
 * http_crowd.h
 *		How many clients there are, of all and of one address.
 */
#ifndef BRIDGE_HTTP_CROWD_H
#define BRIDGE_HTTP_CROWD_H

#include <stdbool.h>

#include "http_address.h"

/* May one more come from there?  If so, it is counted until it leaves. */
extern bool http_crowd_enter(const HttpAddress *address);
extern void http_crowd_leave(const HttpAddress *address);

#endif							/* BRIDGE_HTTP_CROWD_H */
