/*
 * trace.h
 *		Which distributed trace a call is a part of (W3C Trace Context, level 1), as a
 *		client says: a traceparent, and behind a blank its tracestate.  Plain memory, no
 *		server.
 */
#ifndef SCIM_BASE_TRACE_H
#define SCIM_BASE_TRACE_H

/* A traceparent: version, trace-id, parent-id, flags. */
#define SCIM_TRACEPARENT_LENGTH 55

/* So many characters may a tracestate have. */
#define SCIM_MOST_TRACESTATE 512

/*
 * How many bytes of the text are a trace: all; without a tracestate that is none, the
 * traceparent alone; 0: it is none.
 */
extern int	scim_trace_length(const char *text);

#endif							/* SCIM_BASE_TRACE_H */
