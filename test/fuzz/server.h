/*
 * server.h
 *		So much of the PostgreSQL server as src/core asks for, in plain memory:
 *		for fuzzers and unit tests that run without one.
 */
#ifndef FUZZ_SERVER_H
#define FUZZ_SERVER_H

#include "postgres.h"

#include "utils/jsonb.h"

/* An error that was raised. */
typedef struct ServerError
{
	char		message[1024];	/* "CODE: text" */
	char		detail[1024];	/* JSON */
} ServerError;

/* Calls body(argument); false if it raised an error. */
extern bool server_try(void (*body) (void *argument), void *argument, ServerError *error);

/* Frees all that was allocated. */
extern void server_reset(void);

/*
 * JSON text as jsonb, as the server's jsonb_in would have it; NULL if it is
 * none (or a number is beyond 1,000 digits).
 */
extern Jsonb *server_read_json(const char *text, size_t length);

#endif							/* FUZZ_SERVER_H */
