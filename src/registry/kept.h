/*
 * kept.h
 *		What a session keeps of what it has read of the extension's own tables, until one of
 *		these changes.
 *
 * Their triggers invalidate their relcache entries with each change, here and, at the commit,
 * everywhere (scim_tell_change).  What was kept stays where it is until the transaction ends.
 */
#ifndef SCIM_REGISTRY_KEPT_H
#define SCIM_REGISTRY_KEPT_H

#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"

/* A static variable of who keeps it. */
typedef struct ScimKept
{
	const char *name;			/* of its memory; a constant */
	bool		(*is_of) (Oid relid);	/* may it have been read of that relation? */
	MemoryContext context;		/* of all of it */
	void	   *content;		/* NULL: nothing is kept */
	uint64		generation;		/* moves with each change */
	bool		has_own;		/* some was read since the transaction has begun to write: it may
								 * be its own, and be taken back */
	struct ScimKept *next;
} ScimKept;

/* When the library is loaded. */
extern void scim_init_kept(ScimKept *kept);

/*
 * A context for what is to be kept, under the current one until it is complete: an error while
 * it is made leaves what there was.  From scim_keep on it is kept in the place of that.
 */
extern MemoryContext scim_new_kept(const ScimKept *kept);
extern void scim_keep(ScimKept *kept, MemoryContext context, void *content);
extern void scim_forget_kept(ScimKept *kept);

/* Something was read that is kept now. */
extern void scim_note_kept(ScimKept *kept);

/*
 * Did nothing change since that generation?  Else what was read first may be too old, and is
 * to be read again.  (Where debug_discard_caches says so, all is said to have changed all the
 * time.)
 */
extern bool scim_kept_is_current(const ScimKept *kept, uint64 generation);

/*
 * In a trigger of such a table, AFTER each change: tells all sessions of it.  "function" is
 * that of the trigger; an error if it is called as another one.
 */
extern TriggerData *scim_tell_change(FunctionCallInfo fcinfo, const char *function);

#endif							/* SCIM_REGISTRY_KEPT_H */
