/*
 * buf.h
 *		A growing stretch of memory, and writing JSON text into it.
 *
 * Memory that cannot be had ends the process (log_fatal): a bridge that is
 * out of memory can promise nothing, and its client will start another.
 */
#ifndef BRIDGE_BUF_H
#define BRIDGE_BUF_H

#include <stddef.h>

#include "scan.h"

typedef struct Buf
{
	char	   *data;			/* the bytes; not terminated by NUL */
	size_t		length;			/* bytes in use */
	size_t		capacity;		/* bytes allocated */
} Buf;

/* malloc and strdup that do not return without memory. */
extern void *must_alloc(size_t size);
extern char *must_strdup(const char *text);

/* Room for that many more bytes after the ones in use. */
extern void buf_reserve(Buf *buf, size_t more);

extern void buf_put(Buf *buf, const void *bytes, size_t length);
extern void buf_text(Buf *buf, const char *text);
extern void buf_span(Buf *buf, ScanSpan span);
extern void buf_printf(Buf *buf, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

/* Bytes that a byte takes in a JSON string, at most. */
#define BUF_MOST_ESCAPED 6

/* The text as a JSON string, with its quotes. The text must be UTF-8. */
extern void buf_json_string(Buf *buf, const char *text, size_t length);

/* The same, but of a longer text no more than that many characters, and "...". */
extern void buf_json_excerpt(Buf *buf, const char *text, size_t length, size_t most);

/* How long buf_json_string would make it. */
extern size_t buf_json_length(const char *text, size_t length);

/* Drop the first bytes. */
extern void buf_consume(Buf *buf, size_t length);

/* Give back what a rare large message took; keeps at most that capacity. */
extern void buf_shrink(Buf *buf, size_t capacity);
extern void buf_free(Buf *buf);

#endif							/* BRIDGE_BUF_H */
