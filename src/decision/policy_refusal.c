/*
 * policy_refusal.c
 *		What is told to whom a policy keeps from writing.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "decision/policy_refusal.h"
#include "lib/stringinfo.h"

/* So many names are told: a document that plain SQL stored may have any number of attributes. */
#define MOST_TOLD 100

/* So many of them in the message. */
#define MOST_SAID 5

/* "active, title" */
static const char *
say_names(const List *names)
{
	StringInfoData said;
	ListCell   *cell;
	int			count = 0;

	initStringInfo(&said);
	foreach(cell, names)
	{
		const char *name = lfirst(cell);

		if (count++ == MOST_SAID)
		{
			appendStringInfoString(&said, ", ...");
			break;
		}
		appendStringInfo(&said, "%s%s", count > 1 ? ", " : "", scim_shown_name(name, strlen(name)));
	}
	return said.data;
}

static void
add_names(ScimError *error, const char *field, const List *names)
{
	List	   *told = NIL;
	ListCell   *cell;

	foreach(cell, names)
	{
		const char *name = lfirst(cell);

		if (list_length(told) == MOST_TOLD)
			break;
		told = lappend(told, scim_shown_name(name, strlen(name)));
	}
	scim_error_list(error, field, scim_new_texts(told));
}

/* What they have in common: which resource, and what was to be done. */
static ScimError *
begin(ScimErrorCode code, const ScimGuarded *guarded)
{
	ScimError  *error = scim_error(code);

	scim_error_text(error, "resource_type", guarded->table->type->name);
	if (guarded->id && guarded->operation != SCIM_CREATES)
		scim_error_whole(error, "resource_id", guarded->id);
	scim_error_text(error, "operation", scim_policy_operation_name(guarded->operation));
	return error;
}

/* ---- POLICY_DENIED ---- */

static SCIM_NORETURN void throw_denied(const ScimGuarded *guarded,
									   const ScimPolicyRefusal *refusal);

static void
throw_denied(const ScimGuarded *guarded, const ScimPolicyRefusal *refusal)
{
	const ScimDenial *denial = &refusal->denial;
	ScimError  *error = begin(SCIM_POLICY_DENIED, guarded);
	const char *type = guarded->table->type->name;
	const char *operation = scim_policy_operation_name(denial->operation);

	if (refusal->bare)
		scim_throw(error, "a policy for %s denies \"%-s\"", type, operation);
	add_names(error, "attributes", denial->attributes);
	add_names(error, "roles", denial->roles);
	if (denial->attributes)
		scim_throw(error, "the policy for %s does not let %-s change %-s", type,
				   say_names(denial->roles), say_names(denial->attributes));
	if (denial->roles)
		scim_throw(error, "the policy for %s does not let %-s do \"%-s\"", type,
				   say_names(denial->roles), operation);
	scim_throw(error, "the policy for %s denies \"%-s\"", type, operation);
}

/* ---- VERSION_REQUIRED ---- */

static SCIM_NORETURN void throw_no_version(const ScimGuarded *guarded);

static void
throw_no_version(const ScimGuarded *guarded)
{
	ScimError  *error = begin(guarded->call ? SCIM_VERSION_REQUIRED : SCIM_NO_SQL_VERSION, guarded);

	scim_error_text(error, "path", "expected_version");
	scim_throw(error, "the policy for %s requires expected_version%-s",
			   guarded->table->type->name,
			   guarded->call ? "" : ", which plain SQL cannot name");
}

/* ---- REVIEW_REQUIRED ---- */

static SCIM_NORETURN void throw_review(const ScimPolicy *policy, const ScimGuarded *guarded,
									   const ScimPolicyRefusal *refusal);

static void
throw_review(const ScimPolicy *policy, const ScimGuarded *guarded,
			 const ScimPolicyRefusal *refusal)
{
	const List *attributes = refusal->reviewed;
	ScimError  *error = begin(SCIM_REVIEW_REQUIRED, guarded);
	const char *operation = scim_policy_operation_name(refusal->operation);

	if (refusal->bare)
		scim_throw(error, "\"%-s\" of a %s must be reviewed", operation,
				   guarded->table->type->name);
	add_names(error, "attributes", attributes);
	add_names(error, "reviewers", policy->reviewers);
	scim_error_integer(error, "quorum", policy->quorum);
	if (attributes)
		scim_throw(error, "a change of %-s must be reviewed by %-s", say_names(attributes),
				   say_names(policy->reviewers));
	scim_throw(error, "\"%-s\" must be reviewed by %-s", operation,
			   say_names(policy->reviewers));
}

/* ---- all ---- */

void
scim_throw_policy(const ScimPolicy *policy, const ScimGuarded *guarded,
				  const ScimPolicyRefusal *refusal)
{
	if (refusal->code == SCIM_POLICY_DENIED)
		throw_denied(guarded, refusal);
	if (refusal->code == SCIM_VERSION_REQUIRED)
		throw_no_version(guarded);
	throw_review(policy, guarded, refusal);
}
