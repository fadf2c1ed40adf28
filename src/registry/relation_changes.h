/*
 * relation_changes.h
 *		Hearing of relations that changed.
 *
 * The server has room for ten who hear of them, parts of its own and of all extensions
 * among these: scimver hears once, and tells all of its files that keep something.
 */
#ifndef SCIM_REGISTRY_RELATION_CHANGES_H
#define SCIM_REGISTRY_RELATION_CHANGES_H

#include "postgres.h"

/* InvalidOid: any may have changed.  It must not fail, nor look into a catalog. */
typedef void (*ScimRelationChanged) (Oid relid);

/* From now on; again: as before. */
extern void scim_hear_of_relations(ScimRelationChanged changed);

/* How many changes there were, of whatever relation, since somebody hears of them. */
extern uint64 scim_relation_changes(void);

#endif							/* SCIM_REGISTRY_RELATION_CHANGES_H */
