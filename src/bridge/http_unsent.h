/*
 * http_unsent.h
 *		Answers that clients have not read yet: how much there is of all, and who reads none.
 */
#ifndef BRIDGE_HTTP_UNSENT_H
#define BRIDGE_HTTP_UNSENT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

/* Those of one client. */
typedef struct HttpUnsent
{
	TAILQ_ENTRY(HttpUnsent) all;	/* place among those that there are */
	void	   *owner;			/* who has to be closed, if they are not read */
	size_t		bytes;			/* how much of them waits to be written */
	uint64_t	read_at;		/* when some was written last, by clock_ms */
} HttpUnsent;

/* Before the first one; it is told of an owner who does not read, and closes him. */
extern void http_unsent_open(struct event_base *base, void (*idle) (void *owner));

/* So many bytes wait now. */
extern void http_unsent_set(HttpUnsent *one, size_t bytes);

/* Do more wait, of all, than should? */
extern bool http_unsent_is_much(void);

#endif							/* BRIDGE_HTTP_UNSENT_H */
