/*
 * entries.h
 *		The entries of the history as they are read: those of one resource, the
 *		newest first; those of a tenant, the oldest first.
 */
#ifndef SCIM_HISTORY_ENTRIES_H
#define SCIM_HISTORY_ENTRIES_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "history/change.h"
#include "utils/snapshot.h"

/* An entry; what only some ask for is taken out of its row when they do. */
typedef struct ScimHistoryEntry
{
	int64		seq;
	uint64		xid;
	TimestampTz at;
	ScimHistoryOperation operation; /* refused: so is a row that lacks what each has */
	bool		has_revision;
	int64		revision;
	char	   *version;		/* NULL: it is gone */
	char	   *previous_version;	/* NULL: it was not there */
	HeapTuple	row;
	Datum	   *values;			/* its columns (history/place.h), from 0; what is stored out of
								 * line stays there until it is asked for */
	bool	   *nulls;
} ScimHistoryEntry;

typedef struct ScimHistoryReader ScimHistoryReader;

/*
 * Opens the entries of the resource (id NULL: those of all resources of the type),
 * up to that seq, under the snapshot, which stays until they are closed; NULL: what
 * is committed, as of catalogs.  A database without a history has none.
 */
extern ScimHistoryReader *scim_open_history(const char *tenant, const char *type, const char *id,
											int64 up_to, Snapshot snapshot);

/* What was refused to be done to the resource, the newest first, as catalogs are read. */
extern ScimHistoryReader *scim_open_refusals(const char *tenant, const char *type,
											 const char *id);

/* Those of the resource from that seq on, up to another one: they rise. */
extern ScimHistoryReader *scim_open_history_between(const char *tenant, const char *type,
													const char *id, int64 from, int64 up_to,
													Snapshot snapshot);

/* Those of a tenant behind a seq, up to another one: they rise. */
extern ScimHistoryReader *scim_open_history_of_tenant(const char *tenant, int64 behind,
													  int64 up_to, Snapshot snapshot);

/* All of a tenant, the newest first. */
extern ScimHistoryReader *scim_open_latest_of_tenant(const char *tenant, Snapshot snapshot);

/*
 * Has the tenant any that are of the type, or of a resource of it, as catalogs are read?
 * What was refused does not count.
 */
extern bool scim_has_entries(const char *tenant, const char *type);

/* The next one, in the current context; NULL: there is none. */
extern ScimHistoryEntry *scim_next_entry(ScimHistoryReader *reader);

/* Entries stay, with all that is asked of them, while the reader is open; or until: */
extern void scim_free_entry(ScimHistoryEntry *entry);
extern void scim_close_history(ScimHistoryReader *reader);

/* An entry out of a row of the table that was found otherwise, of which it takes a copy. */
extern ScimHistoryEntry *scim_entry_of(HeapTuple row, TupleDesc descriptor);

/* Of an entry; palloc'd, and NULL where there is none. */
extern char *scim_entry_type(const ScimHistoryEntry *entry);
extern char *scim_entry_id(const ScimHistoryEntry *entry);
extern char *scim_entry_actor(const ScimHistoryEntry *entry);
extern char *scim_entry_agent(const ScimHistoryEntry *entry);
extern char *scim_entry_tool(const ScimHistoryEntry *entry);
extern char *scim_entry_principal(const ScimHistoryEntry *entry);
extern char *scim_entry_trace(const ScimHistoryEntry *entry);
extern char *scim_entry_proposal(const ScimHistoryEntry *entry);
extern char *scim_entry_expected_version(const ScimHistoryEntry *entry);
extern List *scim_entry_changed(const ScimHistoryEntry *entry);
extern Jsonb *scim_entry_before(const ScimHistoryEntry *entry);
extern Jsonb *scim_entry_members(const ScimHistoryEntry *entry);
extern bool scim_entry_has_members(const ScimHistoryEntry *entry);

/* Was it refused with that code? */
extern bool scim_entry_was_refused(const ScimHistoryEntry *entry, const char *error_code);

/* Who wrote it; a role is shared by many, whom agents and principals tell apart. */
typedef struct ScimAuthor
{
	const char *actor;
	const char *agent;			/* "": none */
	const char *principal;		/* "": none */
} ScimAuthor;

extern bool scim_entry_is_by(const ScimHistoryEntry *entry, const ScimAuthor *author);
extern ScimAuthor scim_entry_author(const ScimHistoryEntry *entry);

/* Who acts now.  A role that was dropped while it is connected is nobody's author. */
extern ScimAuthor scim_acting_author(void);

/* How many attributes changed, or (refused) stood against each other. */
extern int	scim_entry_changed_count(const ScimHistoryEntry *entry);

/* Is the name among what was changed? */
extern bool scim_entry_names(const ScimHistoryEntry *entry, const char *name);

#endif							/* SCIM_HISTORY_ENTRIES_H */
