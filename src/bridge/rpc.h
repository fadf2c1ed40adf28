/*
 * rpc.h
 *		JSON-RPC 2.0: what kind of message a line is, and how answers look.
 */
#ifndef BRIDGE_RPC_H
#define BRIDGE_RPC_H

#include "own_errors.h"
#include "scan.h"
#include "transport.h"

typedef enum RpcKind
{
	RPC_REQUEST,				/* has a method and an id */
	RPC_NOTIFICATION,			/* has a method and no id: never answered */
	RPC_RESPONSE,				/* an answer to a request of ours */
	RPC_INVALID					/* none of these */
} RpcKind;

/* An id that is absent; it is sent as null. */
extern const ScanSpan rpc_no_id;

/*
 * What kind of message these spans are.  For RPC_INVALID, *id is the id to
 * answer with and *detail says what is wrong.
 */
extern RpcKind rpc_kind(const ScanMessage *message, ScanSpan *id,
						const char **detail);

/*
 * The characters of a JSON string, unescaped: memory of the caller's, or NULL
 * when the span is no string or is none that UTF-8 can hold.
 */
extern char *rpc_string(ScanSpan span, size_t *length);

/* Is the span a string with exactly this content? */
extern bool rpc_string_is(ScanSpan span, const char *text);

/* Can it name a request, or be a progress token?  A string or an integer, not long. */
extern bool rpc_is_id(ScanSpan span);

/*
 * A message is built in one buffer, which is reused: begin, append the result
 * object, or that of the parameters, to what was returned, send.
 */
extern Buf *rpc_begin(ScanSpan id);
extern Buf *rpc_begin_request(const char *id, const char *method);
extern Buf *rpc_begin_notification(const char *method);
extern void rpc_send(Transport *transport, Buf *message);

/* An error answer; detail (may be NULL) follows the error's own text. */
extern void rpc_error(Transport *transport, ScanSpan id, OwnError error, const char *detail);

/* The same with a "data" member, given as JSON text. */
extern void rpc_error_data(Transport *transport, ScanSpan id, OwnError error,
						   const char *detail, ScanSpan data);

/* The error answer to a call that names no tool; the name is shown as a JSON string. */
extern void rpc_unknown_tool(Transport *transport, ScanSpan id, const char *name,
							 size_t length);

#endif							/* BRIDGE_RPC_H */
