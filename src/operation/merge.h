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
	bool		applies;		/* update, patch: there is something to merge with, unless: */
	bool		base_unknown;
	ScimMerge	merge;			/* of the documents, and what is said of password and members */
	ScimMemberChange members;	/* of a group: what is left to be done to those of now */
} ScimWriteMerge;

/*
 * Reads on_conflict and merge_rules of the options (write_options.h) before any lock:
 * INVALID_VALUE (another word; merge without a version; the rules), INVALID_PATH.
 */
extern void scim_write_take_merge(ScimWrite *write, const ScimWriteOptions *options);

/*
 * The merge, with nothing written: base is what "since" rebuilt, theirs the row, which
 * is locked, mine the write's document, or its patch, applied to the base.
 */
extern void scim_try_merge(ScimWrite *write, ScimSince *since, ScimWriteMerge *result);

#endif							/* SCIM_OPERATION_MERGE_H */
