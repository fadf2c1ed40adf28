/*
 * proposing.c
 *		Writes that become proposals.
 *
 * A proposal is made of the resource as it is now, and says what of it would become another.
 * Of a write it is made where that would begin to write: all that the write found out before,
 * such as a merge, holds for it.  Nothing is thrown and caught for it.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/immutable.h"
#include "decision/guard.h"
#include "decision/person.h"
#include "decision/policies.h"
#include "decision/policy_check.h"
#include "decision/proposal_read.h"
#include "decision/proposal_write.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "operation/proposal_shown.h"
#include "operation/proposed.h"
#include "operation/proposing.h"
#include "operation/secrets.h"
#include "registry/cache.h"
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* ---- what is asked ---- */

bool
scim_takes_proposals(const char *on_conflict, const char *words)
{
	if (on_conflict == NULL || strcmp(on_conflict, "fail") == 0)
		return false;
	if (strcmp(on_conflict, "propose") != 0)
		scim_throw_path(SCIM_BAD_PARAMETER, "on_conflict", "on_conflict must be %-s, not \"%s\"",
						words, on_conflict);
	return true;
}

void
scim_write_take_word(ScimWrite *write, const char *on_conflict, const char *words)
{
	if (!scim_takes_proposals(on_conflict, words))
		return;
	write->proposes = SCIM_PROPOSES_IF_NEEDED;
	write->call.proposes = true;
}

void
scim_write_take_proposing(ScimWrite *write, const ScimWriteOptions *options)
{
	scim_write_take_word(write, options->on_conflict, "\"fail\" or \"propose\"");
}

void
scim_check_reason(const char *reason)
{
	if (reason && pg_mbstrlen(reason) > SCIM_MOST_REASON)
		scim_throw_path(SCIM_BAD_PARAMETER, "reason", "reason must have %d characters at most",
						SCIM_MOST_REASON);
}

/* ---- the row ---- */

/* Of whom it is, until when, and why. */
static void
sign(ScimProposal *proposal, const ScimTarget *target, const ScimWriteOptions *options)
{
	const ScimPolicy *policy = scim_find_policy(target->type, target->tenant);
	int			seconds = policy ? policy->expires_seconds : SCIM_DEFAULT_REVIEW_SECONDS;
	ScimPerson	proposer = scim_acting_person();
	const char *agent = scim_actor().agent;

	proposal->tenant = target->tenant;
	proposal->type = target->type->name;
	proposal->reason = options->reason;
	proposal->proposer = proposer.role;
	proposal->login = proposer.login;
	proposal->principal = proposer.principal;
	proposal->agent = agent[0] ? agent : NULL;
	proposal->created_at = GetCurrentTimestamp();
	proposal->expires_at = proposal->created_at +
		(seconds > 0 ? seconds : SCIM_DEFAULT_REVIEW_SECONDS) * USECS_PER_SEC;
}

/* The proposal that it counters stands before it, and all that stand before that one. */
static void
take_parent(ScimProposal *proposal, const ScimProposal *parent)
{
	if (parent == NULL)
		return;
	proposal->has_parent = true;
	proposal->parent = parent->id;
	proposal->depth = parent->depth + 1;
}

/* He who had others propose for him would not be the proposer. */
static void
check_code(void)
{
	if (!scim_acts_itself())
		scim_throw(scim_error(SCIM_PROPOSES_FOR_OTHERS),
				   "nobody proposes by the code of others");
}

static void
show(const ScimProposal *proposal, const ScimTarget *target, ScimWriteResult *result)
{
	result->resource = scim_write_in(target->caller, scim_show_proposal(proposal, true));
	result->proposed = true;
}

static void
store(ScimProposal *proposal, const ScimTarget *target, const ScimWriteOptions *options,
	  ScimWriteResult *result)
{
	const pg_uuid_t *id = options->answer ? options->answer->proposal : NULL;

	check_code();
	if (id && scim_find_proposal(id, proposal))
	{
		show(proposal, target, result);
		return;
	}
	scim_check_reason(options->reason);
	sign(proposal, target, options);
	take_parent(proposal, options->counters);
	proposal->version = scim_version_of_changes(proposal->changes);
	proposal->status = SCIM_PROPOSAL_OPEN;
	scim_insert_proposal(proposal, id);
	show(proposal, target, result);
}

/* {"create": {...}} */
static Jsonb *
wrapped(const char *key, Jsonb *content)
{
	JsonbValue *object = scim_new_object();
	JsonbValue	root;

	scim_root(content, &root);
	scim_set_value(object, key, &root);
	return scim_write(object);
}

/* ---- what must not be kept ---- */

static SCIM_NORETURN void refuse(const char *path);

static void
refuse(const char *path)
{
	scim_throw_path(SCIM_NOT_TO_BE_PROPOSED, path,
					"a proposal cannot hold %s, which nobody is shown", path);
}

void
scim_refuse_hidden(const ScimWrite *write)
{
	const List *secrets = scim_write_named_secrets(write);

	if (write->wanted.sets_password)
		refuse("password");
	if (secrets)
		refuse(linitial(secrets));
}

bool
scim_write_has_secrets(const ScimWrite *write)
{
	return write->wanted.sets_password || scim_write_named_secrets(write) != NIL;
}

/* ---- must it be decided on? ---- */

/* The document that would be stored, with all that it has. */
static Jsonb *
wanted_document(ScimWrite *write, const ScimRow *old)
{
	const ScimSplit *split;

	if (write->wanted.document == NULL)
		return scim_row_data(write->target.table, &write->row);
	scim_write_take_apart(write, old);
	split = write->wanted.split;
	return split ? scim_join_columns(write->target.table, split->data, &split->columns)
		: write->wanted.document;
}

static bool
changes_members(const ScimWrite *write)
{
	if (!write->has_members)
		return false;
	return write->call.inserting ? write->members.add.count > 0
		: !scim_members_are_there(&write->members, write->target.tenant, &write->row);
}

static ScimPolicyChange
change_of(ScimWrite *write)
{
	bool		is_new = write->call.inserting;

	return (ScimPolicyChange)
	{
		.before = is_new ? NULL : scim_row_data(write->target.table, &write->row),
			.after = wanted_document(write, is_new ? NULL : &write->row),
			.password = write->wanted.sets_password,
			.members = changes_members(write),
	};
}

/* What else keeps it from being written is told by the write itself. */
static bool
is_in_the_way(const ScimWrite *write, const ScimPolicyChange *change)
{
	const ScimCall *call = &write->call;
	const ScimTarget *target = &write->target;
	ScimDenial	denial;

	if (!scim_has_privilege(target->table, call->inserting ? ACL_INSERT : ACL_UPDATE))
		return true;
	if (call->inserting && !scim_works_with(target->table, target->tenant))
		return true;
	if (!call->inserting &&
		scim_lease_objects(target->table, target->tenant, write->wanted.id))
		return true;
	return call->policy &&
		scim_denies_change(call->policy, scim_acting_role(), call->operation, change, &denial);
}

static bool
is_reviewed(const ScimWrite *write, const ScimPolicyChange *change)
{
	const ScimPolicy *policy = write->call.policy;

	if (write->call.inserting)
		return (policy->reviewed_operations & SCIM_CREATES) != 0;
	return scim_reviewed(policy, write->call.operation, change) != NIL;
}

static bool
must_be_decided(ScimWrite *write)
{
	const ScimPolicy *policy = write->call.policy;
	bool		may_be = policy && scim_may_be_reviewed(policy, write->call.operation);
	ScimPolicyChange change;

	if (write->conflicts == NIL && !may_be)
		return false;
	change = change_of(write);
	return !is_in_the_way(write, &change) &&
		(write->conflicts != NIL || (may_be && is_reviewed(write, &change)));
}

/* ---- a write that becomes one ---- */

/* As the row trigger would have it; MUTABILITY. */
static void
keep_immutable(ScimWrite *write)
{
	ScimRowWrite *wanted = &write->wanted;
	Jsonb	   *kept;

	if (write->call.inserting || wanted->document == NULL || !write->target.type->has_kept)
		return;
	kept = scim_keep_immutable(write->target.type,
							   scim_row_data(write->target.table, &write->row), wanted->document,
							   write->call.replaces, NULL);
	if (kept == wanted->document)
		return;
	wanted->document = kept;
	wanted->split = NULL;
}

static void
add_members(JsonbValue *content, const ScimMemberSet *set)
{
	JsonbValue *members = scim_new_array();

	for (int i = 0; i < set->count; i++)
	{
		JsonbValue *member = scim_new_object();

		scim_set_text(member, "type", TextDatumGetCString(set->types[i]));
		scim_set_text(member, "value", set->ids[i]);
		scim_append(members, member);
	}
	if (set->count > 0)
		scim_set_value(content, "members", members);
}

/* [{"to": content}] */
static Jsonb *
changes_of_create(const ScimWrite *write)
{
	JsonbValue *changes = scim_new_array();
	JsonbValue *change = scim_new_object();
	JsonbValue	root;
	JsonbValue *content;

	scim_root(write->wanted.document, &root);
	content = scim_open(&root);
	if (write->has_members)
		add_members(content, &write->members.add);
	scim_set_value(change, "to", content);
	scim_append(changes, change);
	return scim_write(changes);
}

static void
take_create(ScimWrite *write, ScimProposal *proposal)
{
	(void) wanted_document(write, NULL);
	proposal->operations = wrapped("create", write->asked);
	proposal->changes = changes_of_create(write);
}

/* False: nothing would be another. */
static bool
take_change(ScimWrite *write, ScimProposal *proposal)
{
	proposal->operations = write->call.replaces ? wrapped("update", write->asked) : write->asked;
	proposal->resource_id = write->row.id;
	proposal->base_version = write->row.version;
	proposal->base = scim_proposed_base(&write->target, &write->row);
	proposal->changes = scim_proposed_changes(write);
	if (write->conflicts)
		proposal->conflicts = scim_proposed_conflicts(write->conflicts);
	return !scim_changes_nothing(proposal->changes);
}

bool
scim_write_proposes(ScimWrite *write)
{
	ScimProposal proposal = {0};

	if (write->proposes == SCIM_PROPOSES_NEVER)
		return false;
	keep_immutable(write);
	if (write->proposes == SCIM_PROPOSES_IF_NEEDED && !must_be_decided(write))
		return false;
	scim_refuse_hidden(write);
	if (write->has_members && write->members.missing)
		scim_throw_no_member(write->members.missing);
	if (write->call.inserting)
		take_create(write, &proposal);
	else if (!take_change(write, &proposal))
		return false;
	store(&proposal, &write->target, write->options, write->result);
	return true;
}

/* ---- deletes ---- */

/* Of a group it tells who its members are, by their digest. */
static void
check_sees_members(const ScimTarget *target)
{
	const ScimRegistration *members = target->type->has_members ? scim_find_members(target->type)
	: NULL;

	if (members)
		scim_check_privilege(members, ACL_SELECT);
}

void
scim_propose_delete(const ScimTarget *target, const ScimWriteOptions *options, const ScimRow *row,
					ScimWriteResult *result)
{
	JsonbValue *operations = scim_new_object();
	ScimProposal proposal = {
		.resource_id = row->id,
		.base_version = row->version,
		.base = scim_proposed_base(target, row),
	};

	check_sees_members(target);
	scim_set_bool(operations, "delete", true);
	proposal.operations = scim_write(operations);
	proposal.changes = scim_proposed_delete(target, row);
	store(&proposal, target, options, result);
}
