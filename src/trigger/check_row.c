/*
 * check_row.c
 *		What the row trigger asks of a document beyond its form.
 */
#include "postgres.h"

#include "core/immutable.h"
#include "core/resource.h"
#include "trigger/check_row.h"

Jsonb *
scim_check_row(const ScimRegistration *registration, const ScimCall *call, Jsonb *old, Jsonb *new)
{
	const ScimResourceType *type = registration->type;

	if (old && type->has_kept && (call || registration->validate))
		new = scim_keep_immutable(type, old, new, call && call->replaces, NULL);
	if (registration->validate)
		scim_check_document(type, new);
	return new;
}
