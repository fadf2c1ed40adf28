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
is_of_members(const JsonbValue *path)
{
	static const char start[] = "members[";

	return scim_string_is(path, "members") ||
		(path->val.string.len > (int) strlen(start) &&
		 memcmp(path->val.string.val, start, strlen(start)) == 0);
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

/* One member, or an array of them. */
static void
append_members(JsonbValue *members, const JsonbValue *these)
{
	const JsonbValue *tree = these->type == jbvBinary ? scim_open(these) : these;

	if (tree->type != jbvArray)
		scim_append(members, these);
	else
		for (int i = 0; i < tree->val.array.nElems; i++)
			scim_append(members, &tree->val.array.elems[i]);
}

static void
append_operation(JsonbValue *operations, const char *op, const JsonbValue *path,
				 const JsonbValue *value)
{
	JsonbValue *operation = scim_new_object();

	scim_set_text(operation, "op", op);
	if (path)
		scim_set_value(operation, "path", path);
	if (value)
		scim_set_value(operation, "value", value);
	scim_append(operations, operation);
}

/* One of {"path", "from", "to"}; members that go are collected. */
static void
append_change(JsonbValue *operations, const JsonbValue *change, JsonbValue *gone)
{
	JsonbValue	path;
	JsonbValue	from;
	JsonbValue	to;
	bool		has_path = scim_find_member(change, "path", &path) && path.type == jbvString;
	bool		has_from = scim_find_member(change, "from", &from);
	bool		has_to = scim_find_member(change, "to", &to);

	if (!has_path || !is_of_members(&path))
	{
		append_operation(operations, has_to ? "replace" : "remove", has_path ? &path : NULL,
						 has_to ? &to : NULL);
		return;
	}
	if (has_from)
		append_members(gone, &from);
	if (has_to)
		append_operation(operations, "add", &path, &to);
}

/*
 * As scim_diff's changes are to be read (core/diff.h).  Members that go do so in one
 * operation: they may be more than a patch may have.
 */
static Jsonb *
operations_of(Jsonb *changes)
{
	JsonbValue	path = scim_text("members");
	JsonbValue *operations = scim_new_array();
	JsonbValue *gone = scim_new_array();
	ScimWalk	walk;
	JsonbValue	change;

	scim_walk(&walk, &changes->root);
	while (scim_walk_next(&walk, NULL, &change))
	{
		CHECK_FOR_INTERRUPTS();
		if (!scim_is_object(&change))
			throw_other_row();
		append_change(operations, &change, gone);
	}
	if (gone->val.array.nElems > 0)
		append_operation(operations, "remove", &path, gone);
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
