/*
 * inspect_policies.c
 *		Do the policies of a type still fit: are the roles there, and the attributes?
 *
 * A policy binds as it was set, whatever became of what it names: what nobody can approve
 * any more has to be reviewed for ever.
 */
#include "postgres.h"

#include "admin/inspect_policies.h"
#include "base/protect.h"
#include "decision/policy_read.h"
#include "decision/policy_rows.h"
#include "miscadmin.h"
#include "utils/acl.h"

/* A policy that is looked at. */
typedef struct Inspection
{
	const ScimResourceType *type;
	const ScimPolicyRow *row;
	ScimReportProblem report;
	void	   *argument;
	ScimPolicy *policy;
} Inspection;

static void
report_problem(const Inspection *inspection, const char *detail)
{
	ScimProblem problem = {
		.problem = "policy",
		.tenant = inspection->row->tenant,
		.detail = detail
	};

	inspection->report(&problem, inspection->argument);
}

/* How many of those that are to review are there no more? */
static int
report_gone_reviewers(const Inspection *inspection)
{
	int			gone = 0;
	ListCell   *cell;

	foreach(cell, inspection->policy->reviewers)
	{
		const char *role = lfirst(cell);

		if (OidIsValid(get_role_oid(role, true)))
			continue;
		report_problem(inspection, psprintf("role \"%s\" of the policy's reviewers does not "
											"exist", role));
		gone++;
	}
	return gone;
}

static void
read_stored(void *argument)
{
	Inspection *inspection = argument;

	inspection->policy = scim_read_policy(inspection->row->tenant, inspection->type,
										  inspection->row->document, true);
}

static void
read_as_new(void *argument)
{
	const Inspection *inspection = argument;

	(void) scim_read_policy(inspection->row->tenant, inspection->type, inspection->row->document,
							false);
}

static void
inspect(Inspection *inspection)
{
	ErrorData  *error = scim_rehearse(read_stored, inspection);

	if (error)
	{
		report_problem(inspection, psprintf("the policy cannot be read: %s", error->message));
		return;
	}
	if (report_gone_reviewers(inspection) > 0)
		return;
	error = scim_rehearse(read_as_new, inspection);
	if (error)
		report_problem(inspection, psprintf("the policy does not fit any more: %s",
											error->message));
}

void
scim_inspect_policies(const ScimResourceType *type, ScimReportProblem report, void *argument)
{
	List	   *rows = scim_policies_of_type(type->name);
	ListCell   *cell;

	foreach(cell, rows)
	{
		Inspection	inspection = {
			.type = type,
			.row = lfirst(cell),
			.report = report,
			.argument = argument
		};

		CHECK_FOR_INTERRUPTS();
		inspect(&inspection);
	}
}
