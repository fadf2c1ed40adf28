/*
 * settled.c
 *		Writes that a person decided on, and that no merge settles.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/differ.h"
#include "core/hidden.h"
#include "operation/patched.h"
#include "operation/settled.h"

/* Of what is never returned nobody is told whether it is what he guesses. */
static bool
is_same_document(const ScimWrite *write, Jsonb *merged)
{
	const ScimResourceType *type = write->target.type;
	Jsonb	   *stored = scim_row_data(write->target.table, &write->row);
	JsonbValue	a;
	JsonbValue	b;

	scim_root(merged, &a);
	scim_root(stored, &b);
	return !scim_has_hidden(type, merged) && !scim_has_hidden(type, stored) &&
		scim_same_content(&a, &b);
}

bool
scim_write_is_answered(ScimWrite *write, const ScimWriteMerge *merge)
{
	const ScimAnswer *answer = write->options->answer;

	if (answer == NULL || answer->kind == SCIM_ANSWERS_NO || write->merges || !merge->applies ||
		merge->base_unknown || merge->merge.conflicts)
		return false;
	write->unchanged = !merge->sets_password && !merge->touches_members &&
		is_same_document(write, merge->merge.merged);
	return write->unchanged;
}

bool
scim_write_settle_unknown(ScimWrite *write, const ScimWriteMerge *merge)
{
	const ScimAnswer *answer = write->options->answer;

	if (answer == NULL || !write->merges || !merge->base_unknown ||
		answer->kind == SCIM_ANSWERS_CHOSEN)
		return false;
	if (write->patch)
	{
		scim_write_take_apart(write, &write->row);
		scim_refuse_removal(write, write->wanted.split);
	}
	write->expected = write->row.version;
	return true;
}
