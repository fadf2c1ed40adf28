/*
 * relation_changes.c
 *		Hearing of relations that changed.
 */
#include "postgres.h"

#include "registry/relation_changes.h"
#include "utils/inval.h"

#define MOST_HEARING 16

static ScimRelationChanged hearing[MOST_HEARING];
static int	hearing_count = 0;
static uint64 changes = 0;

static void
relation_changed(Datum argument, Oid relid)
{
	changes++;
	for (int i = 0; i < hearing_count; i++)
		hearing[i] (relid);
}

static bool
hears(ScimRelationChanged changed)
{
	for (int i = 0; i < hearing_count; i++)
	{
		if (hearing[i] == changed)
			return true;
	}
	return false;
}

void
scim_hear_of_relations(ScimRelationChanged changed)
{
	if (hears(changed))
		return;
	if (hearing_count == MOST_HEARING)
		elog(ERROR, "too many files hear of relations");
	if (hearing_count == 0)
		CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	hearing[hearing_count++] = changed;
}

uint64
scim_relation_changes(void)
{
	return changes;
}
