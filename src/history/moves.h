/*
 * moves.h
 *		Which members came to a group, and which went, as the history keeps them.
 */
#ifndef SCIM_HISTORY_MOVES_H
#define SCIM_HISTORY_MOVES_H

#include "postgres.h"

#include "core/canonical.h"
#include "utils/jsonb.h"

typedef struct ScimMemberMoves ScimMemberMoves;

/* None yet; in the current context, which outlives them. */
extern ScimMemberMoves *scim_new_moves(void);

/*
 * A member came or went.  Who came and went has not moved.  Beyond
 * scimver.history_members of them in all, they are forgotten: then only how many
 * members there were before counts, and their digest.
 */
extern void scim_note_move(ScimMemberMoves *moves, const char *type, const char *id, bool came);

/* Of whom it is not known who they are: the same. */
extern ScimMemberMoves *scim_unknown_moves(void);

/* The second follow on the first; on none, that makes a copy of them. */
extern void scim_join_moves(ScimMemberMoves *first, const ScimMemberMoves *second);

/* Did anybody move, or may have? */
extern bool scim_has_moves(const ScimMemberMoves *moves);

/*
 * {"added": {"User": [ids], "Group": [ids]}, "removed": {...}}, without what is
 * empty, ids in the order of their bytes; or, if they were forgotten, {"count",
 * "digest"} of the members before, as in a version; {} if these are not known.
 */
extern Jsonb *scim_moves_jsonb(const ScimMemberMoves *moves, const ScimMemberSum *before);

#endif							/* SCIM_HISTORY_MOVES_H */
