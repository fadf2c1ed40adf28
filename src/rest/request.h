/*
 * request.h
 *		A request in HTTP, on its way through scim_http, and its answer.
 */
#ifndef SCIM_REST_REQUEST_H
#define SCIM_REST_REQUEST_H

#include "postgres.h"

#include "core/etag.h"
#include "core/rules.h"
#include "core/schema.h"
#include "operation/write_options.h"
#include "rest/parameters.h"
#include "utils/jsonb.h"

struct ScimRoute;

typedef struct ScimHttpRequest
{
	/* as given */
	const char *method;			/* "GET" */
	const char *path;			/* "/Users/2819", percent-encoded, behind the base */
	const char *query;			/* percent-encoded, without "?"; NULL: none */
	Jsonb	   *headers;		/* {"if-match": ..., ...}; NULL: none */
	bytea	   *body;			/* NULL: none */

	/* found out; what stands here when an error is thrown enters its record */
	const ScimRules *rules;		/* of the profile in force */
	const struct ScimRoute *route;
	const ScimResourceType *type;	/* whose endpoint it is; NULL: of none */
	char	   *id;				/* decoded; NULL: none */
	bool		is_me;			/* it was asked for as /Me */
	ScimParameters parameters;
	const ScimEtagList *if_match;	/* NULL: none */
	const ScimEtagList *if_none_match;
	const char *media_type;		/* of the answer: that which Accept takes, if it takes any */
	const char *returns;		/* Prefer: "minimal", "representation"; NULL: not said */
	bool		atomic;			/* Prefer: atomic */
	Jsonb	   *content;		/* the body; NULL: the route takes none */
	const char *expected;		/* version that the write goes on condition of; NULL: none */
	bool		expects_seen;	/* it was read here, as it meets the client's conditions */
	bool		parsing;		/* an error now is one of the body's text */
	ScimWriteResult written;	/* what the operation says of a write */
} ScimHttpRequest;

typedef struct ScimHttpAnswer
{
	int			status;			/* 200 */
	char	   *etag;			/* W/"v"; NULL in this and all others: none */
	char	   *location;
	const char *allow;			/* "GET, HEAD, POST" */
	const char *preference;		/* Preference-Applied */
	int			retry_after;	/* seconds; 0: none */
	const char *error_code;		/* of the catalogue; NULL also where an error has none there */
	text	   *body;			/* JSON, of request->media_type */
} ScimHttpAnswer;

/* Does the client say which version it expects?  "*" and If-None-Match do not. */
static inline bool
scim_names_version(const ScimHttpRequest *request)
{
	return request->if_match && !request->if_match->any;
}

/* Answers a request that its route leads to; errors of the catalogue may be thrown. */
typedef void (*ScimHttpHandler) (ScimHttpRequest *request, ScimHttpAnswer *answer);

#endif							/* SCIM_REST_REQUEST_H */
