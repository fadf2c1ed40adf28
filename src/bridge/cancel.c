/*
 * cancel.c
 *		Cancel requests, each sent by a thread of its own.
 *
 * PQcancel opens a connection and waits for the server to close it: only then
 * has the signal been delivered, and only then may the cancelled connection
 * take another call.  The thread touches nothing but the PGcancel object, which
 * libpq documents as safe, and its result, and reports its end through a pipe.
 *
 * Entry points: cancel_open, cancel_send, cancel_forget.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "cancel.h"

#include "buf.h"
#include "log.h"

/* PQcancel needs a few kilobytes; the default stack would be megabytes. */
#define STACK_SIZE ((size_t) 256 * 1024)

/* A server that is not there lets each wait for minutes: so many at once. */
#define MOST_JOBS 64

typedef struct CancelJob
{
	TAILQ_ENTRY(CancelJob) all; /* place among all jobs; the event loop's */
	PGcancel   *handle;			/* whom to cancel */
	void	   *owner;			/* whom to tell, or NULL; the event loop's */
	bool		delivered;		/* did the server take the request? */
} CancelJob;

static TAILQ_HEAD(CancelJobs, CancelJob) jobs = TAILQ_HEAD_INITIALIZER(jobs);
static unsigned int job_count;
static CancelReturned on_returned;
static int	ends[2];			/* the pipe from the threads to the event loop */
static struct event *readable;	/* a thread has come to its end */

static void *
run_job(void *arg)
{
	CancelJob  *job = arg;
	char		message[256];

	job->delivered = PQcancel(job->handle, message, sizeof(message)) == 1;
	while (write(ends[1], &job, sizeof(job)) < 0 && errno == EINTR)
		;
	return NULL;
}

static void
finish_job(evutil_socket_t fd, short what, void *arg)
{
	CancelJob  *job;

	(void) what;
	(void) arg;
	/* what is as short as a pointer is written and read whole */
	while (read(fd, &job, sizeof(job)) == (ssize_t) sizeof(job))
	{
		void	   *owner = job->owner;

		if (!job->delivered)
			log_line("a cancel request did not reach the database");
		TAILQ_REMOVE(&jobs, job, all);
		job_count--;
		PQfreeCancel(job->handle);
		free(job);
		if (owner != NULL)
			on_returned(owner);
	}
}

bool
cancel_send(PGconn *pg, void *owner)
{
	CancelJob  *job;
	pthread_attr_t attributes;
	pthread_t	thread;
	sigset_t	all;
	sigset_t	before;
	int			failure;

	if (job_count == MOST_JOBS)
	{
		log_line("cannot send a cancel request: too many have not come back");
		return false;
	}
	job = must_alloc(sizeof(*job));
	job->owner = owner;
	job->delivered = false;
	job->handle = PQgetCancel(pg);
	if (job->handle == NULL)
	{
		free(job);
		return false;
	}
	failure = pthread_attr_init(&attributes);
	if (failure == 0)
	{
		/* signals are the event loop's */
		(void) sigfillset(&all);
		(void) pthread_sigmask(SIG_SETMASK, &all, &before);
		failure = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
		if (failure == 0)
			failure = pthread_attr_setstacksize(&attributes, STACK_SIZE);
		if (failure == 0)
			failure = pthread_create(&thread, &attributes, run_job, job);
		(void) pthread_sigmask(SIG_SETMASK, &before, NULL);
		(void) pthread_attr_destroy(&attributes);
	}
	if (failure != 0)
	{
		log_line("cannot send a cancel request: %s", strerror(failure));
		PQfreeCancel(job->handle);
		free(job);
		return false;
	}
	TAILQ_INSERT_TAIL(&jobs, job, all);
	job_count++;
	return true;
}

void
cancel_forget(const void *owner)
{
	CancelJob  *job;

	TAILQ_FOREACH(job, &jobs, all)
	{
		if (job->owner == owner)
			job->owner = NULL;
	}
}

void
cancel_open(struct event_base *base, CancelReturned returned)
{
	on_returned = returned;
	if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		log_fatal("cannot make a pipe: %s", strerror(errno));
	readable = event_new(base, ends[0], EV_READ | EV_PERSIST, finish_job, NULL);
	if (readable == NULL || event_add(readable, NULL) < 0)
		log_fatal("cannot watch a pipe");
}
