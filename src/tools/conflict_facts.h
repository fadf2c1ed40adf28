/*
 * conflict_facts.h
 *		What became of a resource since a version of it, as far as the caller may know.
 */
#ifndef SCIM_TOOLS_CONFLICT_FACTS_H
#define SCIM_TOOLS_CONFLICT_FACTS_H

#include "base/jsonb_tree.h"
#include "core/schema.h"

typedef struct ScimConflictFacts
{
	const ScimResourceType *type;
	const char *id;
	const char *expected;		/* the version */
	JsonbValue *current;		/* NULL: it was deleted */
	const char *version;		/* of that */
	Jsonb	   *history;		/* the newest changes; NULL: none that the caller may read */
	Jsonb	   *difference;		/* NULL: none (it is that version), or nobody can tell, */
	const char *untold;			/* for that reason */
} ScimConflictFacts;

/*
 * Finds out, of the first three members, the others, all under the caller's snapshot.  The
 * errors of reading the resource, unless it was deleted and the caller may know.
 */
extern void scim_find_conflict_facts(ScimConflictFacts *facts);

/* The newest change; false: there is none, as far as the caller may know. */
extern bool scim_newest_change(const ScimConflictFacts *facts, JsonbValue *entry);

/* A walk over the changes since, the newest first. */
typedef struct ScimSinceWalk
{
	const ScimConflictFacts *facts;
	ScimWalk	walk;
	bool		there;			/* there are some */
	bool		reached;		/* the version; else it lies further back than was looked */
} ScimSinceWalk;

extern void scim_walk_since(ScimSinceWalk *walk, const ScimConflictFacts *facts);
extern bool scim_next_since(ScimSinceWalk *walk, JsonbValue *entry);

#endif							/* SCIM_TOOLS_CONFLICT_FACTS_H */
