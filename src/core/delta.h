/*
 * delta.h
 *		What a change of a document replaced, and the document of before made of the
 *		one of after and that: a reverse delta.
 *
 * It knows attributes at the top level, and those of extensions one by one: a
 * member whose name holds a ':', and that is an object (or not there) before and
 * after.
 */
#ifndef SCIM_CORE_DELTA_H
#define SCIM_CORE_DELTA_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

typedef struct ScimDelta
{
	/*
	 * Names of what is another content than before, of char *: "title", "schemas",
	 * "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager".
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

/* Of two changes in succession one: what the first replaced counts. */
extern void scim_join_deltas(ScimDelta *first, const ScimDelta *second);

/*
 * The document before a change, of the one after it: "changed" and "before" are as
 * they were kept.  Of a deleted one (document NULL), "before" is all of it.
 */
extern Jsonb *scim_undo_delta(Jsonb *document, const List *changed, Jsonb *before);

#endif							/* SCIM_CORE_DELTA_H */
