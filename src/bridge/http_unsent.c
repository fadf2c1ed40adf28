/*
 * http_unsent.c
 *		Answers that clients have not read yet: how much there is of all, and who reads none.
 *
 * A client whose answers wait can have its next request wait, too, but each can have one
 * answer, and that may be a large one.  So when all together are too much, those go that
 * have read nothing for a moment, the longest first: never one that reads, and nobody has
 * to wait for those who do not.
 *
 * Entry points: http_unsent_open, http_unsent_set, http_unsent_is_much.
 */
#include "http_unsent.h"

#include "clock.h"
#include "log.h"

/* Unread answers of all together. */
#define MOST_OF_ALL ((size_t) 64 * 1024 * 1024)

/* How long one may read nothing then, and how often that is looked at, in seconds. */
#define PATIENCE 2
#define TICK 1

TAILQ_HEAD(HttpUnsentList, HttpUnsent);

static struct
{
	struct HttpUnsentList all;	/* who has read nothing for longest stands first */
	size_t		bytes;			/* of all */
	void		(*idle) (void *owner);	/* closes one who does not read */
	struct event *tick;			/* there are too many: time to look who does not */
}			unsent = {.all = TAILQ_HEAD_INITIALIZER(unsent.all)};

bool
http_unsent_is_much(void)
{
	return unsent.bytes > MOST_OF_ALL;
}

/* Look again after a while, as long as there are too many. */
static void
watch(void)
{
	static const struct timeval tick = {TICK, 0};

	if (http_unsent_is_much() && !evtimer_pending(unsent.tick, NULL) &&
		event_add(unsent.tick, &tick) < 0)
		log_fatal("cannot set a timer");
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	HttpUnsent *first;
	unsigned int closed = 0;

	(void) fd;
	(void) what;
	(void) arg;
	while (http_unsent_is_much() && (first = TAILQ_FIRST(&unsent.all)) != NULL &&
		   clock_ms() - first->read_at >= PATIENCE * 1000)
	{
		unsent.idle(first->owner);
		closed++;
	}
	if (closed > 0)
		log_line("clients do not read their answers, which are too many: %u connections are "
				 "closed", closed);
	watch();
}

/* Its owner has read something, or begins to have something to read. */
static void
note_reading(HttpUnsent *one, size_t bytes)
{
	if (one->bytes > 0)
		TAILQ_REMOVE(&unsent.all, one, all);
	if (bytes > 0)
		TAILQ_INSERT_TAIL(&unsent.all, one, all);
	one->read_at = clock_ms();
}

void
http_unsent_set(HttpUnsent *one, size_t bytes)
{
	if (bytes == one->bytes)
		return;
	if (one->bytes == 0 || bytes < one->bytes)
		note_reading(one, bytes);
	unsent.bytes += bytes - one->bytes;
	one->bytes = bytes;
	watch();
}

void
http_unsent_open(struct event_base *base, void (*idle) (void *owner))
{
	unsent.idle = idle;
	unsent.tick = evtimer_new(base, on_tick, NULL);
	if (unsent.tick == NULL)
		log_fatal("cannot make a timer");
}
