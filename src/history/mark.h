/*
 * mark.h
 *		Entries about all resources of a type: from there on nothing is known of what
 *		they were before.
 */
#ifndef SCIM_HISTORY_MARK_H
#define SCIM_HISTORY_MARK_H

#include "registry/registration.h"
#include "utils/relcache.h"

/*
 * The type has another mapping, or none, or another table: `remapped`, in each
 * tenant that has entries of it.
 */
extern void scim_mark_remapped(const ScimResourceType *type);

/*
 * The relation is about to be truncated: `truncate`, in each tenant that has rows in
 * it.  "here" is its registration, the table's whose history is kept, or that of a
 * part of it.  One TRUNCATE of several parts writes one entry for each tenant.
 */
extern void scim_mark_truncated(Relation relation, const ScimRegistration *here);

#endif							/* SCIM_HISTORY_MARK_H */
