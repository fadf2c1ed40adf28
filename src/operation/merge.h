/*
 * merge.h
 *		A write whose expected version is stale, merged into what is there now.
 */
#ifndef SCIM_OPERATION_MERGE_H
#define SCIM_OPERATION_MERGE_H

#include "core/merge.h"
#include "history/since.h"
#include "operation/write.h"

/* What merging the write with what was changed since would come to. */
typedef struct ScimWriteMerge
{
	bool		applies;		/* false: nothing else counts, as the caller may not read the
								 * history, or the patch does not suit what was, and no merge was
								 * asked for */
	bool		base_unknown;	/* nobody can tell what the resource was: nothing that follows
								 * counts */
	bool		whole;			/* mine is a whole resource (an update), and no patch */
	bool		ruled;			/* rules were given */
	Jsonb	   *base;			/* the document that it was made of, until "since" is closed */
	Jsonb	   *mine;			/* the document of mine, as it would be stored */
	ScimMerge	merge;			/* of the documents, and what is said of password and members */
	bool		sets_password;	/* mine's is to be set, or cleared */
	bool		touches_members;	/* of a group: something is left to be done to those of now: */
	ScimMemberChange members;
} ScimWriteMerge;

/*
 * Reads on_conflict and merge_rules of the options (write_options.h), or of the policy where
 * those say nothing, before any lock:
 * INVALID_VALUE (another word; merge without a version; the rules), INVALID_PATH.
 */
extern void scim_write_take_merge(ScimWrite *write, const ScimWriteOptions *options);

/*
 * The merge of documents and passwords, with nothing written, nor changed in the write:
 * base is what "since" rebuilt, theirs the row, which is locked, mine the write's
 * document, or its patch, applied to the base.  Members are not looked at
 * (merge_members.h).  Errors: those of mine, and of rules that cannot be computed.
 */
extern void scim_try_merge(ScimWrite *write, ScimSince *since, ScimWriteMerge *result);

/*
 * Of a merge with conflicts, while "since" is open: mine wins in these, and what that
 * overrides is for people to decide (write->conflicts).  False: it cannot, as an attribute
 * that is never returned is among them.
 */
extern bool scim_override(ScimWrite *write, ScimWriteMerge *merge);

/*
 * The same of a patch that was made of that base, which is no version of the history's:
 * the base has nothing that is never returned, and the patch sets nothing of it, nor a
 * password.  No rule decides.  Members are done as the patch says.
 */
extern void scim_merge_into_row(ScimWrite *write, Jsonb *base, ScimWriteMerge *result);

/* Adds a top-level attribute to the paths of a side, in order, unless they have it, or of it. */
extern List *scim_name_side(const ScimResourceType *type, List *paths, const char *attribute);

#endif							/* SCIM_OPERATION_MERGE_H */
