/*
 * scan.h
 *		Byte spans of one JSON-RPC line.
 *
 * The scanner exists so that ids and tool arguments travel byte for byte: a
 * JSON library would re-spell numbers, escapes and key order.  It takes plain
 * memory, allocates only for nesting deeper than its inline stack, and never
 * recurses, so it can be fuzzed alone (test/fuzz/scan_fuzz.c).
 *
 * Everything in a line is checked as strict JSON and UTF-8, except what
 * stands inside params.arguments when that is an object: there only strings
 * and brackets are followed, because what is wrong inside is the database's
 * answer.
 */
#ifndef BRIDGE_SCAN_H
#define BRIDGE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* A stretch of somebody else's memory; absent when start is NULL. */
typedef struct ScanSpan
{
	const char *start;			/* first byte, or NULL when absent */
	size_t		length;			/* number of bytes */
} ScanSpan;

/* The members of a message that the bridge looks at. */
typedef struct ScanMessage
{
	ScanSpan	jsonrpc;		/* top-level "jsonrpc" */
	ScanSpan	id;				/* top-level "id" */
	ScanSpan	method;			/* top-level "method" */
	ScanSpan	params;			/* top-level "params" */
	ScanSpan	result;			/* top-level "result": a response to us */
	ScanSpan	error;			/* top-level "error": a response to us */
	ScanSpan	name;			/* params.name */
	ScanSpan	arguments;		/* params.arguments */
	ScanSpan	meta;			/* params._meta */
	ScanSpan	state;			/* params.requestState */
	ScanSpan	responses;		/* params.inputResponses */
} ScanMessage;

typedef enum ScanResult
{
	SCAN_OK,					/* an object; its spans are filled in */
	SCAN_EMPTY,					/* nothing but blanks */
	SCAN_BROKEN,				/* no JSON */
	SCAN_ARRAY,					/* JSON, but an array: a batch */
	SCAN_SCALAR,				/* JSON, but neither object nor array */
	SCAN_DUPLICATE				/* an object that names a looked-at member twice */
} ScanResult;

/*
 * Scan one line (without its newline).  The spans are to be relied on only
 * when the answer is SCAN_OK.
 */
extern ScanResult scan_message(const char *line, size_t length,
							   ScanMessage *message);

/* A member to look for in an object; a list of them ends with a NULL name. */
typedef struct ScanMember
{
	const char *name;			/* its key, in ASCII */
	ScanSpan   *span;			/* where the value's span is kept */
	bool		extent_only;	/* an object here is not looked into */
	struct ScanMember *inside;	/* members to look for in it, or NULL */
} ScanMember;

/* Find members of one object; spans of those that it lacks are absent. */
extern ScanResult scan_members(const char *text, size_t length,
							   ScanMember *members);

/* Is this text well-formed UTF-8? */
extern bool scan_utf8(const char *text, size_t length);

/* What kind of value a span holds. */
static inline bool
scan_is_string(ScanSpan span)
{
	return span.start != NULL && span.start[0] == '"';
}

static inline bool
scan_is_object(ScanSpan span)
{
	return span.start != NULL && span.start[0] == '{';
}

static inline bool
scan_is_null(ScanSpan span)
{
	return span.start != NULL && span.start[0] == 'n';
}

/* Is this span a number that JSON Schema calls an integer (1 and 1.0, not 1e2)? */
extern bool scan_is_integer(ScanSpan span);

#endif							/* BRIDGE_SCAN_H */
