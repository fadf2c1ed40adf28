/*
 * answer.h
 *		What a result or notice of the server's says.
 */
#ifndef BRIDGE_ANSWER_H
#define BRIDGE_ANSWER_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#include "request.h"

/* What the server was found to be that a call's statement met. */
typedef enum AnswerServer
{
	SERVER_WRITES,				/* it can be written to; or nothing was to be written */
	SERVER_READS,				/* its transactions are read-only */
	SERVER_STANDBY				/* it is a standby */
} AnswerServer;

extern bool answer_is_error(const PGresult *answer);

/* Does this error say that the extension is not what or where it was? */
extern bool answer_says_moved(const PGresult *answer);

/* The value that the statement of a call returned, or NULL. */
extern const char *answer_value(const PGresult *answer, size_t *length);

/* What it says that outlives its transaction in the session, though it should not; or NULL. */
extern const char *answer_left_behind(const PGresult *answer);

/* What the statement of a call says of the server. */
extern AnswerServer answer_server(const PGresult *answer);

/* Does this notice say that a commit's wait for a synchronous standby was ended? */
extern bool answer_is_unreplicated(const PGresult *notice);

/* Does this notice say how far the request is? */
extern bool answer_is_progress(const PGresult *notice, Progress *progress);

#endif							/* BRIDGE_ANSWER_H */
