/*
 * refusal.h
 *		Answers that refuse, and answers to errors.
 */
#ifndef SCIM_REST_REFUSAL_H
#define SCIM_REST_REFUSAL_H

#include "base/errors.h"
#include "rest/request.h"

/*
 * An answer that refuses, with the error body of RFC 7644 section 3.12; "scim_type" may be
 * NULL.  The format is that of scim_phrase.  What an operation refuses is thrown instead.
 */
extern void scim_http_refuse(ScimHttpAnswer *answer, int status, const char *scim_type,
							 const char *format, ...) pg_attribute_printf(4, 5);

/* The error body, as a tree. */
extern JsonbValue *scim_http_error(int status, const char *scim_type, const char *detail);

/* What an error that was thrown is answered as; "parsing": while the body's text was read. */
extern const ScimErrorKind *scim_http_kind(const ErrorData *error, bool parsing);
extern const char *scim_http_detail(const ErrorData *error, bool parsing);

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
