/*
 * notices.h
 *		How clients are told of changes, in both eras; each is sent to its session.
 */
#ifndef BRIDGE_NOTICES_H
#define BRIDGE_NOTICES_H

#include "subscription.h"

/*
 * The subscription has begun, which comes before all else that is told of it; resources:
 * it had asked for some, even if it has got none.
 */
extern void notice_acknowledged(const Subscription *subscription, bool resources);

/* A resource was changed; its version, if it is known, is the one that it has now. */
extern void notice_updated(const Interest *watch);

/* The list of tools is another one. */
extern void notice_tools_changed(const Subscription *subscription);

/* The subscription has ended: the answer to its request. */
extern void notice_finished(const Subscription *subscription);

#endif							/* BRIDGE_NOTICES_H */
