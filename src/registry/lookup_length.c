/*
 * lookup_length.c
 *		What is looked up must fit into an index: a clear error for what a scim_
 *		call writes, before PostgreSQL's own.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "column/fold.h"
#include "core/fold.h"
#include "registry/lookup_length.h"

static bool
is_too_long(const ScimLookup *lookup, const JsonbValue *value)
{
	int			length = value->val.string.len;

	if (length > SCIM_LOOKUP_BYTES)
		return true;
	if (lookup->kind != SCIM_LOOKUP_FOLDED && lookup->kind != SCIM_LOOKUP_VALUES_FOLDED)
		return false;
	return length > SCIM_LOOKUP_BYTES / SCIM_FOLD_GROWTH &&
		VARSIZE_ANY_EXHDR(scim_fold_text(value->val.string.val, length)) > SCIM_LOOKUP_BYTES;
}

static void
check_value(const ScimLookup *lookup, int key, const JsonbValue *value)
{
	JsonbValue	next;
	ScimWalk	walk;

	if (scim_is_array(value))
	{
		scim_walk(&walk, value->val.binary.data);
		while (scim_walk_next(&walk, NULL, &next))
		{
			/* lists of lists are not looked into */
			if (!scim_is_array(&next))
				check_value(lookup, key, &next);
		}
	}
	else if (lookup->keys[key])
	{
		if (scim_is_object(value) && scim_find(value->val.binary.data, lookup->keys[key], &next))
			check_value(lookup, key + 1, &next);
	}
	else if (value->type == jbvString && is_too_long(lookup, value))
	{
		ScimError  *error = scim_error(SCIM_TOO_LONG);

		scim_error_text(error, "path", lookup->path);
		scim_error_integer(error, "limit", SCIM_LOOKUP_BYTES);
		scim_throw(error, "%s is looked up, and so must not be longer than %d bytes", lookup->path,
				   SCIM_LOOKUP_BYTES);
	}
}

void
scim_check_lookups(const ScimRegistration *registration, Jsonb *data)
{
	JsonbValue	root;

	/* no value of a small document is too long */
	if (VARSIZE(data) <= SCIM_LOOKUP_BYTES / SCIM_FOLD_GROWTH)
		return;
	scim_root(data, &root);
	for (int i = 0; i < registration->lookup_count; i++)
	{
		const ScimLookup *lookup = &registration->lookups[i];

		if (lookup->kind != SCIM_LOOKUP_BOOLEAN && lookup->kind != SCIM_LOOKUP_NUMBER &&
			lookup->kind != SCIM_LOOKUP_INSTANT)
			check_value(lookup, 0, &root);
	}
}
