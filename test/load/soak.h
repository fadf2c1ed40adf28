/*
 * soak.h
 *		Clients of three kinds, for a while.
 */
#ifndef LOAD_SOAK_H
#define LOAD_SOAK_H

#include "options.h"

/* What is counted of them. */
typedef struct Counts
{
	size_t		answered;		/* requests of good clients that were answered as they should be */
	size_t		slow_done;		/* of slow ones that were answered with 200 */
	size_t		slow_late;		/* ... that took too long: 408 */
	size_t		vanished;		/* requests whose clients went away */
	size_t		wrong;			/* answers that should have been others */
} Counts;

extern Counts counts;

/* Are so many microseconds over, and no request is begun any more? */
extern bool is_over(void);

/* A timer that is called again and again, each time after so many milliseconds as it said. */
typedef struct Timer
{
	struct event *event;
	int			(*step) (void *arg);	/* returns them; 0: it is done */
	void	   *arg;
} Timer;

extern void timer_start(int (*step) (void *arg), void *arg, int milliseconds);

/* An answer that should have been another one. */
extern void count_wrong(const char *who, const Answer *answer);

/* Send a request of this client's. */
extern void send_request(Client *client, const Request *request);

/* So many slow clients, so many that vanish. */
extern void slow_start(size_t count);
extern void vanishing_start(size_t count);

#endif							/* LOAD_SOAK_H */
