/*
 * refusal.h
 *		Answers to errors.
 */
#ifndef SCIM_REST_REFUSAL_H
#define SCIM_REST_REFUSAL_H

#include "base/errors.h"
#include "rest/http.h"

/* What the error is answered as; NULL: of one that stood in the way too often. */
extern void scim_http_answer_error(const ScimHttpRequest *request, const ErrorData *error,
								   ScimHttpAnswer *answer);

/* Puts it on record, where it is one that the history keeps (history/refused.h). */
extern void scim_http_record(const ScimHttpRequest *request, const ErrorData *error);

/*
 * Is it a VERSION_MISMATCH of a write whose version was read here, and is stale by now, so
 * that the conditions are to be asked anew?
 */
extern bool scim_http_was_overtaken(const ScimHttpRequest *request, const ErrorData *error);

#endif							/* SCIM_REST_REFUSAL_H */
