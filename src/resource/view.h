/*
 * view.h
 *		What the caller of an operation wants to see of its answer.
 */
#ifndef SCIM_RESOURCE_VIEW_H
#define SCIM_RESOURCE_VIEW_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* What was read, whatever is shown of it. */
typedef struct ScimRead
{
	char	   *tenant;			/* as it is stored, */
	char	   *id;				/* and so is this */
	TimestampTz last_modified;	/* 0: nobody knows */
} ScimRead;

/*
 * What the caller wants to see of the answer; NULL in place of it is the
 * default.  Errors of all functions that take one: INVALID_PATH (no such
 * attribute), INVALID_VALUE (both lists given).
 */
typedef struct ScimView
{
	char	  **attributes;		/* RFC 7644 section 3.9: these, and what is always returned */
	int			attribute_count;	/* -1: not given */
	char	  **excluded;		/* or all that is returned by default, except these */
	int			excluded_count; /* -1: not given */
	const char *known_version;	/* reading: tell only whether it is still this one; or NULL */
	bool		indirect_groups;	/* reading a user: also groups that it is in through others */
	int			most_members;	/* reading a group: more are left out and named in meta.omitted; 0:
								 * never */
	bool		few_groups;		/* reading a user: as many groups as a write shows */
	bool		version;		/* "_version" (and meta.omitted) stands in the resource, whatever
								 * else is shown */
	ScimRead   *read;			/* reading one: where that goes; or NULL */
} ScimView;

#endif							/* SCIM_RESOURCE_VIEW_H */
