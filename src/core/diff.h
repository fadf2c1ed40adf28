/*
 * diff.h
 *		How one content of a resource differs from another, attribute by attribute,
 *		in the paths of PATCH.
 *
 * Without a table and without schemas, as versions are: names are taken for what
 * they look like, and what is in many values for what it is in both.
 */
#ifndef SCIM_CORE_DIFF_H
#define SCIM_CORE_DIFF_H

#include "utils/jsonb.h"

/*
 * The changes that make "new" of "old" (resources as clients read them, or
 * documents), in the order in which a patch may do them: an array of
 * {"path", "from", "to"}, where a side that has nothing has no key.
 * - Without "to", the path is to be removed; else "to" is to take its place.
 * - Of a group's members, those that come are one change of "members" without
 *   "from": to be added.
 * - What no path leads to is part of a change of what holds it, null where it is
 *   not; of the resource itself without "path".
 * id, meta, a user's groups and the password are left out: no patch changes them,
 * or nobody reads them.  All else is told: attributes that are never returned are
 * for the caller to take out before.  Values refer to copies in the current context.
 * INVALID_VALUE where there is no content (scim_content_form).
 */
extern JsonbValue *scim_find_changes(Jsonb *old, Jsonb *new);

#endif							/* SCIM_CORE_DIFF_H */
