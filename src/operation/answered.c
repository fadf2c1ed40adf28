/*
 * answered.c
 *		Writes that a person decided on.
 */
#include "postgres.h"

#include "base/errors.h"
#include "operation/answered.h"

bool
scim_answer_proposes(const ScimAnswer *answer)
{
	return answer && answer->kind == SCIM_ANSWERS_PROPOSE;
}

bool
scim_answer_holds(const ScimAnswer *answer, const ScimRow *row)
{
	return answer->kind != SCIM_ANSWERS_NO && strcmp(answer->seen, row->version) == 0;
}

void
scim_throw_outdated_answer(const ScimResourceType *type)
{
	scim_throw_path(SCIM_BAD_REQUEST_STATE, "requestState",
					"the %s is again as the call expects it: what was decided on is no more",
					type->name);
}

void
scim_write_take_answer(ScimWrite *write, const ScimAnswer *answer)
{
	if (answer == NULL)
		return;
	write->merges = write->expected && answer->kind != SCIM_ANSWERS_NO;
	if (!scim_answer_proposes(answer))
		return;
	write->proposes = SCIM_PROPOSES_ALWAYS;
	write->call.only_proposes = true;
}

void
scim_write_check_answer(const ScimWrite *write, bool stale)
{
	if (write->options->answer && !stale)
		scim_throw_outdated_answer(write->target.type);
}

void
scim_write_apply_answer(ScimWrite *write)
{
	const ScimAnswer *answer = write->options->answer;

	if (answer == NULL)
		return;
	if (!scim_answer_holds(answer, &write->row))
	{
		write->merges = false;
		write->proposes = SCIM_PROPOSES_NEVER;
	}
	else if (answer->kind != SCIM_ANSWERS_PROPOSE)
		write->rules = scim_judged_at_conflicts(write->rules, &answer->judge);
}
