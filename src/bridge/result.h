/*
 * result.h
 *		How the results of MCP look, in both eras; each is sent to its session.
 */
#ifndef BRIDGE_RESULT_H
#define BRIDGE_RESULT_H

#include "session.h"

/* The revision of the modern era, and what the names of its _meta begin with. */
#define MODERN_VERSION "2026-07-28"
#define META_PREFIX "io.modelcontextprotocol/"

/* An empty result. */
extern void result_empty(Session *session, ScanSpan id);

/* What initialize is answered with: the version that was agreed on is the call's. */
extern void result_initialize(const Call *call, const char *instructions, size_t length);

/* What server/discover is answered with. */
extern void result_discover(const Call *call, const char *instructions, size_t length);

/* What tools/list is answered with: the list as it is known. */
extern void result_tools(const Call *call);

/*
 * A result that the database gave, an object with members, and how long clients may keep
 * it, in milliseconds; below 0: that is not said.  False: it is too large for a message.
 */
extern bool result_object(const Call *call, const char *object, size_t length, int ttl);

/* There is no such resource: legacy clients know an error of its own for that. */
extern void result_no_resource(const Call *call, const char *uri);

/* What subscriptions/listen, with that id, is answered with when it ends. */
extern void result_finished(Session *session, ScanSpan id);

/* What tools/call is answered with, or that it is too large for a message. */
extern void result_envelope(const Call *call, const char *envelope, size_t length, bool success);

/*
 * What tools/call is answered with when the client's user has to be asked (modern only):
 * what to ask, and what is to come back with his answer; false: too large for a message.
 */
extern bool result_input_required(const Call *call, ScanSpan requests, ScanSpan state);

/* An error of ours as the result of tools/call; detail may be NULL. */
extern void result_tool_error(const Call *call, OwnError error, const char *detail);

#endif							/* BRIDGE_RESULT_H */
