/*
 * secrets.c
 *		Attributes that are never returned, of which a policy must not tell what they are.
 *
 * What changes nothing needs no review: whoever guesses a value would be told by that whether
 * the guess is right, and, as a wrong one is not written, could go on.  So to a policy they
 * change whenever they are named.  (A password always does.)
 */
#include "postgres.h"

#include "core/delta.h"
#include "core/hidden.h"
#include "core/patch_parse.h"
#include "decision/policy.h"
#include "operation/secrets.h"

static List *
named_in_schema(const ScimPatch *patch, const ScimSchema *schema, const ScimSchema *extension)
{
	List	   *names = NIL;

	for (const ScimAttribute *attribute = schema->attributes; attribute->name; attribute++)
	{
		if ((attribute->returned == SCIM_NEVER || scim_holds_hidden(attribute->sub)) &&
			scim_patch_names(patch, extension, attribute) &&
			strcmp(attribute->name, "password") != 0)
			names = lappend(names, extension ? psprintf("%s:%s", extension->urn, attribute->name)
							: pstrdup(attribute->name));
	}
	return names;
}

static List *
named_in_patch(const ScimResourceType *type, const ScimPatch *patch)
{
	List	   *names = named_in_schema(patch, type->schema, NULL);

	for (int i = 0; type->extensions[i]; i++)
		names = list_concat(names, named_in_schema(patch, type->extensions[i],
												   type->extensions[i]));
	return names;
}

static List *
named_in_document(const ScimResourceType *type, Jsonb *document)
{
	ScimDelta	delta;

	if (!scim_has_hidden(type, document))
		return NIL;
	scim_find_delta(document, scim_without_hidden(type, document), &delta);
	return delta.changed;
}

List *
scim_write_named_secrets(const ScimWrite *write)
{
	const ScimResourceType *type = write->target.type;

	if (write->taken)
		return named_in_document(type, write->taken);
	return write->patch ? named_in_patch(type, write->patch) : NIL;
}

void
scim_write_note_secrets(ScimWrite *write)
{
	if (write->call.policy && (write->call.operation & (SCIM_UPDATES | SCIM_PATCHES)))
		write->call.secrets = scim_write_named_secrets(write);
}
