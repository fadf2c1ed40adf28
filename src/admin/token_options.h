/*
 * token_options.h
 *		What scim_create_token is to make: a token's options, read and checked.
 */
#ifndef SCIM_ADMIN_TOKEN_OPTIONS_H
#define SCIM_ADMIN_TOKEN_OPTIONS_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

typedef struct ScimTokenOptions
{
	const char *profile;		/* NULL in this and those below: not given */
	const char *agent;
	const char *subject_type;
	const char *subject_id;
	List	   *tools;			/* of char *: names of tools, and of sets */
	List	   *scopes;			/* the same of ScimScope; never empty */
	TimestampTz made_at;		/* now */
	Interval   *lasts;			/* so long; NULL: for ever */
	TimestampTz ends_at;		/* when that is over; DT_NOEND: never */
	int			max_per_minute; /* 0: any number */
} ScimTokenOptions;

/* INVALID_VALUE, with the path of what is wrong.  Whether tools are known, the caller says. */
extern ScimTokenOptions scim_read_token_options(Jsonb *given);

#endif							/* SCIM_ADMIN_TOKEN_OPTIONS_H */
