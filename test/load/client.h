/*
 * client.h
 *		A client of an HTTP server on this machine: a connection that is kept, and on it
 *		one request at a time.
 *
 * It takes less of a processor than any server that it asks: a request is one write, and
 * of an answer only the status, its length and the ETag are looked for.  What is asked next
 * is up to a function that is called with each answer.
 */
#ifndef LOAD_CLIENT_H
#define LOAD_CLIENT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOST_ETAG 80

typedef struct Answer
{
	int			status;			/* 0: the connection ended before there was one */
	char		etag[MOST_ETAG];	/* "" where there is none */
	const char *body;			/* until the function returns */
	size_t		length;			/* its bytes */
	uint64_t	took;			/* microseconds since the request was sent */
} Answer;

typedef struct Client Client;

/* What an answer leads to. */
typedef void (*Answered) (Client *client, const Answer *answer);

struct Client
{
	int			fd;				/* -1: not connected */
	struct event *event;		/* what it waits for */
	Answered	answered;		/* who is told */
	void	   *context;		/* that one's own */
	size_t		number;			/* which client it is, from 0 */
	bool		muted;			/* it reads only when it is told to, and has room for little */
	bool		waiting;		/* a request is not answered yet */
	uint64_t	sent;			/* when it was sent */
	char	   *in;				/* what was read of its answer */
	size_t		length;			/* bytes of it */
	size_t		capacity;		/* bytes allocated */
};

/* Who these clients are in messages, the loop that they run in, and whom they ask:
 * "127.0.0.1:8080", "unix:/path". */
extern void clients_begin(const char *program, struct event_base *base, const char *address);

/* The end of the program, with a reason. */
extern _Noreturn void fail(const char *what, const char *detail);

/* All clients, of which none is connected yet; each calls the function with its answers. */
extern Client *clients_new(size_t count, Answered answered);

/* Connect anew, if it is not connected. */
extern void client_connect(Client *client);

/* Send a request, on a connection that is opened if there is none; or only a part of one, for which
 * nothing is waited. */
extern void client_ask(Client *client, const char *request, size_t length);
extern void client_trickle(Client *client, const char *part, size_t length);

/* Wait for the answer to what was sent in parts. */
extern void client_wait(Client *client);

/* A client that is muted reads so many bytes at most, if some are there. */
extern void client_read(Client *client, size_t most);

/* It goes away; "abruptly": what was sent and not read yet is thrown away (RST). */
extern void client_leave(Client *client, bool abruptly);

/* Microseconds of a clock that never goes back. */
extern uint64_t now(void);

#endif							/* LOAD_CLIENT_H */
