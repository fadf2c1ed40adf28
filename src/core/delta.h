/*
 * delta.h
 *		What a change of a document replaced, and the document of before made of the
 *		one of after and that: a reverse delta.
 *
 * It knows attributes at the top level, and those of extensions one by one: a
 * member whose name holds a ':', and that is an object (or not there) before and
 * after.  What is no content of the document is not in it: id, meta, _version,
 * the password, the groups of a user, the members of a group.
 */
#ifndef SCIM_CORE_DELTA_H
#define SCIM_CORE_DELTA_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

typedef struct ScimDelta
{
	/*
	 * Names of what is another content than before, of char *, sorted by bytes: "schemas",
	 * "title", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager".
	 */
	List	   *changed;

	/*
	 * An object of what these were, null where they were unassigned; of extensions nested:
	 * {"title": "Tour Guide", "urn:...:User": {"manager": null}}.  NULL: nothing changed.
	 */
	JsonbValue *before;
} ScimDelta;

/*
 * What leads from "new" back to "old" (both objects).  Values refer to the
 * documents.  What makes no difference in a version (null, empty arrays, the order
 * of schemas, 1.0 for 1) is no change.
 */
extern void scim_find_delta(Jsonb *old, Jsonb *new, ScimDelta *delta);

/* All of a document, as a delta from nothing ("before" is NULL) or, with "gone", to nothing. */
extern void scim_whole_delta(Jsonb *document, bool gone, ScimDelta *delta);

/* A copy that refers to nothing outside of that context. */
extern ScimDelta *scim_copy_delta(const ScimDelta *delta, MemoryContext context);

/*
 * Of two changes in succession, an update and an update or the end ("gone"), one,
 * in the current context: what the first replaced counts.  It refers to what
 * both referred to.  What was changed and changed back is still in it.
 */
extern void scim_join_deltas(ScimDelta *first, const ScimDelta *second);

/*
 * The document before a change, of the one after it and "before" as it was kept
 * (NULL: nothing of it changed).  Of a deleted one (document NULL), "before" is
 * all of it.  What other rows tell, a user's groups, a group's members, is left out.
 */
extern Jsonb *scim_undo_delta(Jsonb *document, Jsonb *before);

#endif							/* SCIM_CORE_DELTA_H */
