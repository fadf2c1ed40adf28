/*
 * audience.h
 *		All who are told the same of changes.
 */
#ifndef BRIDGE_AUDIENCE_H
#define BRIDGE_AUDIENCE_H

#include "subscriptions.h"

/* Nobody yet. */
extern void audience_init(Audience *audience);

static inline bool
audience_is_empty(const Audience *audience)
{
	return audience->watched.count == 0 && audience->tools == 0;
}

/* Is nobody there but legacy clients that have listed the tools, and subscribed to nothing? */
static inline bool
audience_only_waits(const Audience *audience)
{
	return audience->watched.count == 0 && audience->tools == audience->waiting;
}

/* A resource was changed; its version is this now, or NULL. */
extern void audience_updated(Audience *audience, const char *uri, const char *version);

/* All resources whose uri begins so may have been. */
extern void audience_updated_under(Audience *audience, const char *prefix);

/* The list of tools may be another one. */
extern void audience_tools_listed(Audience *audience);

/* That resource may not be watched any more; or those that are outside of all of these. */
extern void audience_refuse(Audience *audience, const char *uri);
extern void audience_refuse_outside(Audience *audience, const json_t *prefixes);

/* Subscriptions to what was refused end. */
extern void audience_end_refused(Audience *audience);

/* Those to resources end, whatever they are; or all. */
extern void audience_end_watches(Audience *audience);
extern void audience_end(Audience *audience);

#endif							/* BRIDGE_AUDIENCE_H */
