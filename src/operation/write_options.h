/*
 * write_options.h
 *		What all writes of a resource take (ScimWriteOptions) and give
 *		(ScimWriteResult).
 */
#ifndef SCIM_OPERATION_WRITE_OPTIONS_H
#define SCIM_OPERATION_WRITE_OPTIONS_H

#include "postgres.h"

#include "base/uuids.h"
#include "core/merge_rules.h"
#include "nodes/pg_list.h"
#include "resource/view.h"
#include "utils/jsonb.h"

/* What is to become of a write that found another version, as a person said who was asked. */
typedef enum ScimAnswerKind
{
	SCIM_ANSWERS_NO,			/* it is refused, be it only to tell how things stand */
	SCIM_ANSWERS_MINE,			/* it is made, and stands where others changed the same */
	SCIM_ANSWERS_CHOSEN,		/* the same, but there the judge says what stands */
	SCIM_ANSWERS_PROPOSE		/* it becomes a proposal */
} ScimAnswerKind;

typedef struct ScimAnswer
{
	ScimAnswerKind kind;
	const char *seen;			/* the version that he was shown: where it is another by now, the
								 * answer is to something else, and the write is refused */
	ScimMergeJudge judge;
	const pg_uuid_t *proposal;	/* the id that one gets: by the same answer there comes no second */
} ScimAnswer;

/* Which resource is written, on what condition, and what is wanted of the answer. */
typedef struct ScimWriteOptions
{
	const char *type;			/* the resource type's name */
	const char *tenant;			/* NULL: the session's */
	const char *id;				/* as the client gave it; NULL: the resource is new */
	const char *drawn_id;		/* create: that the resource is to get, which was drawn for it
								 * (resource/new_id.h); NULL: whatever the table gives it */
	const char *expected;		/* the version that it must have; NULL or "*": whatever it has */
	bool		unnamed;		/* no client named it: for policies the write is without one */
	const ScimView *view;		/* of the resource as it is shown; NULL: the default */
	bool		report;			/* what ScimWriteResult tells on request is wanted */
	bool		asks_deferred;	/* delete: foreign keys that are deferred are asked, too */
	const char *on_conflict;	/* update, patch: "fail", "merge", "propose", or what the policy
								 * says (NULL: "fail"); create, delete: "fail" (NULL), "propose" */
	Jsonb	   *merge_rules;	/* what a merge does where both changed the same; NULL: fails */
	const ScimAnswer *answer;	/* update, patch, delete: to a refusal of the same write; NULL:
								 * none */
	const ScimUuids *leases;	/* that the write names, beside those of the setting; or NULL */
	const char *reason;			/* of what becomes a proposal; or NULL */
	const struct ScimProposal *counters;	/* the proposal that this one is to take the place of;
											 * or NULL */
	struct ScimApplication *applies;	/* the write is of a proposal, as it was approved
										 * (operation/application.h); or NULL */
} ScimWriteOptions;

/*
 * What became of it: filled in as far as the write came, also when it ended in an
 * error, and in the caller's memory.
 */
typedef struct ScimWriteResult
{
	Jsonb	   *resource;		/* as it is shown; NULL when it is deleted.  Or the proposal: */
	bool		proposed;		/* nothing was written: it became one (propose.h) */

	bool		repeated;		/* nothing was written: it was done before, under the same key
								 * (repeat.h), and this is what that made, as it is now */
	bool		nothing_asked;	/* patch: it had no operations, which the rules let pass */

	/* on request */
	char	   *version;		/* that it has now, or had when it was deleted */
	bool		unchanged;		/* what was wanted was there already */
	JsonbValue *merged;			/* update, patch: {"base_version", "mine": [paths], "theirs":
								 * [paths]} of what was merged; NULL: nothing was */
	JsonbValue *ignored;		/* create, update: paths of what was sent and is the server's to
								 * say, where that differs from what is stored now; NULL: none */
	JsonbValue *added;			/* members: ids of who was no member when the group was locked, and
								 * is one now; */
	JsonbValue *removed;		/* and the other way round */
	int64		member_count;	/* members: of the group, now */
	List	   *conflicting;	/* after VERSION_MISMATCH (also then): the attributes, of char *,
								 * as the history names them, that both had changed, and no merge
								 * makes one of; NIL: none, or nobody knows */
	bool		can_be_proposed;	/* after VERSION_MISMATCH (also then): nothing of what was
									 * wanted must not be kept */
	JsonbValue *differing;		/* after VERSION_MISMATCH (also then): paths where what was wanted
								 * differs from what is stored; NULL: nobody knows */
} ScimWriteResult;

#endif							/* SCIM_OPERATION_WRITE_OPTIONS_H */
