/*
 * lines.h
 *		Lines in on standard input, lines out on standard output.
 */
#ifndef BRIDGE_LINES_H
#define BRIDGE_LINES_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* Official clients drop a connection at a longer line, so neither side may send one. */
#define LINE_LIMIT ((size_t) 10 * 1024 * 1024)

/* Who stops the reading of input; it goes on when nobody does. */
typedef enum LinesHold
{
	HOLD_OUTPUT = 1,			/* the client does not read its answers */
	HOLD_CALLS = 2				/* too many calls wait for the database */
} LinesHold;

typedef struct LinesHandlers
{
	void		(*line) (const char *line, size_t length);	/* a whole line, without its newline */
	void		(*too_long) (void); /* a line over LINE_LIMIT began; it is skipped */
	void		(*end) (void);	/* no more input will come */
	void		(*drained) (void);	/* all that was sent has been written */
} LinesHandlers;

extern void lines_open(struct event_base *base, const LinesHandlers *handlers);

/* Send bytes that end with a newline. */
extern void lines_send(const Buf *message);

/* Has everything been written? */
extern bool lines_drained(void);

/* Is the client slow to read, so that producing more should wait? */
extern bool lines_backlogged(void);

extern void lines_hold(LinesHold who);
extern void lines_release(LinesHold who);

/* Read no more, as if the input had ended. */
extern void lines_stop_reading(void);

#endif							/* BRIDGE_LINES_H */
