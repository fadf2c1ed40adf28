/*
 * apply.c
 *		Applying a proposal: the change that was approved is made, and no other.
 *
 * A proposal's changes become the operations of a patch, which is done to the proposal's own
 * base, and merged into the row (applying.c).
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "decision/review.h"
#include "miscadmin.h"
#include "operation/application.h"
#include "operation/apply.h"
#include "operation/create.h"
#include "operation/delete.h"
#include "operation/patch.h"

/* ---- the changes as operations ---- */

static bool
is_removed_member(const JsonbValue *path)
{
	static const char start[] = "members[";

	return path->val.string.len > (int) strlen(start) &&
		memcmp(path->val.string.val, start, strlen(start)) == 0;
}

static SCIM_NORETURN void throw_other_row(void);

/* The owner of the table may have written what he likes. */
static void
throw_other_row(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a row of table \"%s\" is no proposal that could be applied",
					"scim_proposal_rows"),
			 errhint("Reject it.")));
}

/* One of {"path", "from", "to"}; members that go are collected. */
static void
append_operation(JsonbValue *operations, const JsonbValue *change, JsonbValue *gone)
{
	JsonbValue	path;
	JsonbValue	from;
	JsonbValue	to;
	bool		has_path = scim_find_member(change, "path", &path) && path.type == jbvString;
	bool		has_from = scim_find_member(change, "from", &from);
	bool		has_to = scim_find_member(change, "to", &to);
	JsonbValue *operation;

	if (has_path && has_from && !has_to && is_removed_member(&path))
	{
		scim_append(gone, &from);
		return;
	}
	operation = scim_new_object();
	scim_set_text(operation, "op", !has_to ? "remove"
				  : has_path && !has_from && scim_string_is(&path, "members") ? "add"
				  : "replace");
	if (has_path)
		scim_set_value(operation, "path", &path);
	if (has_to)
		scim_set_value(operation, "value", &to);
	scim_append(operations, operation);
}

/*
 * As scim_diff's changes are to be read (core/diff.h).  Members that go, each of which is a
 * change of its own, go in one operation: they may be more than a patch may have.
 */
static Jsonb *
operations_of(Jsonb *changes)
{
	JsonbValue *operations = scim_new_array();
	JsonbValue *gone = scim_new_array();
	JsonbValue *operation;
	ScimWalk	walk;
	JsonbValue	change;

	scim_walk(&walk, &changes->root);
	while (scim_walk_next(&walk, NULL, &change))
	{
		CHECK_FOR_INTERRUPTS();
		if (!scim_is_object(&change))
			throw_other_row();
		append_operation(operations, &change, gone);
	}
	if (gone->val.array.nElems > 0)
	{
		operation = scim_new_object();
		scim_set_text(operation, "op", "remove");
		scim_set_text(operation, "path", "members");
		scim_set_value(operation, "value", gone);
		scim_append(operations, operation);
	}
	return scim_write(operations);
}

/* ---- the proposal ---- */

/* Of a create: [{"to": content}]. */
static Jsonb *
content_of(Jsonb *changes)
{
	const JsonbValue *change = getIthJsonbValueFromContainer(&changes->root, 0);
	JsonbValue	content;

	if (!scim_find_member(change, "to", &content) || !scim_is_object(&content))
		throw_other_row();
	return scim_write(&content);
}

/* A create has no resource; all else has one, as it was. */
static void
check_complete(const ScimProposal *proposal)
{
	bool		has_resource = proposal->resource_id && proposal->base_version &&
		proposal->base && JB_ROOT_IS_OBJECT(proposal->base);

	if (!JB_ROOT_IS_ARRAY(proposal->changes) ||
		(scim_operation_of_proposal(proposal) != SCIM_CREATES && !has_resource))
		throw_other_row();
}

static void
run_write(const ScimProposal *proposal, ScimApplication *application, const ScimUuids *leases,
		  bool asks_deferred)
{
	ScimWriteOptions options = {
		.type = proposal->type,
		.tenant = proposal->tenant,
		.id = proposal->resource_id,
		.expected = proposal->base_version,
		.leases = leases,
		.asks_deferred = asks_deferred,
		.applies = application
	};
	ScimWriteResult result;

	switch (scim_operation_of_proposal(proposal))
	{
		case SCIM_CREATES:
			scim_store_create(&options, content_of(proposal->changes), &result);
			break;
		case SCIM_DELETES:
			scim_store_delete(&options, &result);
			break;
		default:
			scim_store_patch(&options, operations_of(proposal->changes), &result);
	}
}

/* It is decided: by what was written, or there, or as there is nothing to be written. */
static void
close_proposal(ScimProposal *proposal, const ScimApplication *application)
{
	bool		failed = application->outcome == SCIM_APPLY_GONE;

	scim_close_proposal(proposal, failed ? SCIM_PROPOSAL_FAILED : SCIM_PROPOSAL_APPLIED);
	proposal->applied_version = failed ? NULL : application->version;
	proposal->conflicts = NULL;
	if (proposal->resource_id == NULL)
		proposal->resource_id = application->id;
}

/* It stays open, and those who approved have not seen what is left of it. */
static void
keep_open(ScimProposal *proposal, const ScimApplication *application)
{
	proposal->conflicts = application->conflicts;
	if (application->outcome != SCIM_APPLY_REBASED)
		return;
	proposal->base = application->base;
	proposal->base_version = application->version;
	proposal->changes = application->changes;
	proposal->version = scim_version_of_changes(application->changes);
}

ScimApplyOutcome
scim_apply_proposal(ScimProposal *proposal, const ScimUuids *leases, bool asks_deferred)
{
	ScimApplication application = {.proposal = proposal, .outcome = SCIM_APPLY_WRITTEN};

	check_complete(proposal);
	run_write(proposal, &application, leases, asks_deferred);
	switch (application.outcome)
	{
		case SCIM_APPLY_REBASED:
		case SCIM_APPLY_CONFLICTS:
			keep_open(proposal, &application);
			break;
		default:
			close_proposal(proposal, &application);
	}
	return application.outcome;
}
