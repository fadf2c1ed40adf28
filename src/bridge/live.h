/*
 * live.h
 *		The methods by which clients subscribe to changes.
 */
#ifndef BRIDGE_LIVE_H
#define BRIDGE_LIVE_H

#include "message.h"

/* subscriptions/listen */
extern void live_listen(Message *message);

/* resources/subscribe and resources/unsubscribe */
extern void live_subscribe(Message *message);
extern void live_unsubscribe(Message *message);

/* A legacy client has been told the list of tools: it is told when that changes. */
extern void live_tools_listed(const Call *call);

#endif							/* BRIDGE_LIVE_H */
