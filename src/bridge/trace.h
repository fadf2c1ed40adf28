/*
 * trace.h
 *		What a client says that its request is a part of: W3C Trace Context.
 */
#ifndef BRIDGE_TRACE_H
#define BRIDGE_TRACE_H

#include "scan.h"

/* Bytes of a traceparent, and of a tracestate at most. */
#define TRACE_PARENT 55
#define TRACE_STATE_LIMIT 512

/* Both, with a blank between them. */
typedef struct Trace
{
	char		text[TRACE_PARENT + 1 + TRACE_STATE_LIMIT + 1]; /* "": the client says nothing */
} Trace;

/*
 * Take both as they stand in _meta; absent, or not what they should be: as if they
 * were not there, as they are for others to look at only.
 */
extern void trace_read(Trace *trace, ScanSpan parent, ScanSpan state);

#endif							/* BRIDGE_TRACE_H */
