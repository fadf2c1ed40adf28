/*
 * since.h
 *		What became of a resource since a version of it: for who has read that one
 *		and finds another.
 */
#ifndef SCIM_HISTORY_SINCE_H
#define SCIM_HISTORY_SINCE_H

#include "history/rebuild.h"

/* Further back nobody looks for what may be no version of the resource at all. */
#define SCIM_SINCE_ENTRIES 1000

/* One change since. */
typedef struct ScimSinceChange
{
	const char *version;		/* that it led to */
	TimestampTz at;
	const char *actor;
	const char *principal;
	const char *agent;			/* NULL: none */
	const char *tool;			/* NULL: none */
	List	   *changed;		/* names, of char *, as the history has them */
} ScimSinceChange;

typedef struct ScimSince
{
	bool		told;			/* the caller may read the history, and it leads from the version */
	List	   *changes;		/* of ScimSinceChange *, the newest first */
	bool		has_base;		/* asked for, rebuilt and proven: the past is at the version */
	ScimPast	past;
	bool		open;			/* the caller may read the history: there is something to close */
	bool		has_snapshot;	/* of its own */
} ScimSince;

/* Is there a history of the resources, which the caller may read? */
extern bool scim_sees_since(const ScimTarget *target);

/*
 * Looks back from the row, which is locked, to the version, under a snapshot of its
 * own, newer than the lock, which stays the active one until this is closed.  "base":
 * what the resource was then is rebuilt, too.  Within SPI.
 */
extern void scim_open_since(ScimSince *since, const ScimTarget *target, const ScimRow *row,
							const char *version, bool base);

/*
 * The same, without a base, from a row that nobody has locked: under the snapshot under
 * which it was read, which is active and stays.
 */
extern void scim_open_since_seen(ScimSince *since, const ScimTarget *target, const ScimRow *row,
								 const char *version);

/* What has been read is good until then; what was copied, longer. */
extern void scim_close_since(ScimSince *since);

/* The names of all that was changed since, sorted, each once, as an array; NULL: not told. */
extern JsonbValue *scim_changed_since(const ScimSince *since);

/* The newest change since that names the attribute; NULL: there is none. */
extern const ScimSinceChange *scim_last_change_of(const ScimSince *since, const char *attribute);

#endif							/* SCIM_HISTORY_SINCE_H */
