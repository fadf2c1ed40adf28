/*
 * call.c
 *		The scim_ call under way.
 */
#include "postgres.h"

#include "store/call.h"
#include "store/unique.h"
#include "utils/builtins.h"

ScimCall   *scim_call = NULL;

bool
scim_is_called_row(const ScimRegistration *registration, const char *id, const char *tenant)
{
	return scim_call != NULL && scim_call->registration->root == registration->root &&
		scim_call->id != NULL && strcmp(scim_call->id, id) == 0 &&
		(tenant == NULL || strcmp(scim_call->tenant, tenant) == 0);
}

void
scim_note_moved(const ScimRegistration *groups, const char *tenant, const char *id)
{
	MemoryContext old;

	if (!scim_is_called_row(groups, id, tenant))
		return;
	old = MemoryContextSwitchTo(scim_call->context);
	scim_read_row(groups, 0, &scim_call->row);
	scim_call->has_row = true;
	MemoryContextSwitchTo(old);
}

void
scim_run_call(ScimCall *call, void (*body) (void *argument), void *argument)
{
	MemoryContext context = CurrentMemoryContext;

	call->context = context;
	call->outer = scim_call;
	scim_call = call;
	PG_TRY();
	{
		body(argument);
	}
	PG_CATCH();
	{
		scim_call = call->outer;
		if (geterrcode() == ERRCODE_UNIQUE_VIOLATION)
		{
			ErrorData  *violation;

			MemoryContextSwitchTo(context);
			violation = CopyErrorData();
			if (violation->table_name &&
				violation->schema_name &&
				strcmp(quote_qualified_identifier(violation->schema_name, violation->table_name),
					   call->registration->table) == 0)
			{
				/* lost in a race: what is there already is found before */
				FlushErrorState();
				scim_throw_violation(call, violation->constraint_name);
			}
		}
		PG_RE_THROW();
	}
	PG_END_TRY();
	scim_call = call->outer;
}
