/*
 * scim_answer.h
 *		Answers of SCIM over HTTP: out of the database's row, or an error of ours.
 */
#ifndef BRIDGE_SCIM_ANSWER_H
#define BRIDGE_SCIM_ANSWER_H

#include <libpq-fe.h>

#include "http.h"
#include "own_errors.h"

/* Is this a search, which reads, though its method does not say so? */
extern bool scim_is_search(const HttpExchange *exchange);

/* The row's; it points into that.  False: it is none. */
extern bool scim_answer_row(HttpAnswer *answer, const HttpExchange *exchange, const PGresult *row,
							bool token_sent);

/* An error's; what it points to is good until the next one is made. */
extern void scim_answer_error(HttpAnswer *answer, OwnError error, const char *detail,
							  bool token_sent);

/* The same of one after which the client is to wait so many seconds. */
extern void scim_answer_wait(HttpAnswer *answer, OwnError error, int seconds);

#endif							/* BRIDGE_SCIM_ANSWER_H */
