/*
 * immutable.c
 *		Attributes that keep their value whatever a client sends: those that are
 *		immutable and have one, and those that are readOnly (RFC 7643 section 7).
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/immutable.h"
#include "core/value.h"
#include "miscadmin.h"

typedef struct Comparison
{
	bool		replaces;		/* what is left out is kept */
	bool	   *differs;		/* set instead of an error, or NULL */
	bool		changed;		/* the new document was given something that it left out */
} Comparison;

static bool
is_single_complex(const ScimAttribute *attribute)
{
	return attribute->type == SCIM_COMPLEX && !attribute->multi_valued;
}

static bool
has_kept(const ScimAttribute *attributes, bool is_part)
{
	check_stack_depth();
	for (; attributes->name; attributes++)
	{
		if (attributes->mutability == SCIM_IMMUTABLE ||
			(attributes->mutability == SCIM_READ_ONLY && !is_part) ||
			(is_single_complex(attributes) && has_kept(attributes->sub, true)))
			return true;
	}
	return false;
}

/* A user's groups are readOnly, and not in the document. */
bool
scim_has_kept(const ScimResourceType *type)
{
	ScimAttribute alone[2] = {{NULL}};

	for (const ScimAttribute *attribute = type->schema->attributes; attribute->name; attribute++)
	{
		alone[0] = *attribute;
		if (!(type->has_groups && strcmp(attribute->name, "groups") == 0) && has_kept(alone, false))
			return true;
	}
	for (int i = 0; type->extensions[i]; i++)
	{
		if (has_kept(type->extensions[i]->attributes, false))
			return true;
	}
	return false;
}

/* The member of a tree, if it is assigned. */
static JsonbValue *
assigned(const JsonbValue *object, const char *name)
{
	JsonbValue *value = scim_get(object, name, strlen(name));

	return value && !scim_is_unassigned(value) ? value : NULL;
}

static void
refuse(Comparison *comparison, const ScimPlace *place)
{
	char	   *path;

	if (comparison->differs)
	{
		*comparison->differs = true;
		return;
	}
	path = scim_place_text(place);
	scim_throw_path(SCIM_MUTABILITY, path, "%s is immutable, and has another value already", path);
}

/*
 * The attributes of an object: a resource, an extension, a single complex
 * value; "new" is an opened tree.
 */
static void
compare_level(Comparison *comparison, const ScimAttribute *attributes, const JsonbValue *old_value,
			  JsonbValue *new, const ScimPlace *place, bool is_part)
{
	JsonbValue *old = scim_open(old_value);

	check_stack_depth();
	for (; attributes->name; attributes++)
	{
		ScimPlace	here = scim_place(place, attributes->name);
		JsonbValue *before = assigned(old, attributes->name);
		JsonbValue *after = assigned(new, attributes->name);

		if (before == NULL)
			continue;
		if (attributes->mutability == SCIM_IMMUTABLE ||
			(attributes->mutability == SCIM_READ_ONLY && !is_part))
		{
			if (after == NULL && comparison->replaces)
			{
				scim_set(new, here.name, here.length, before);
				comparison->changed = true;
			}
			else if (attributes->mutability == SCIM_READ_ONLY)
				continue;		/* a client's value was left out before */
			else if (after == NULL || !scim_equal(before, after))
				refuse(comparison, &here);
		}
		else if (after && is_single_complex(attributes) && scim_is_object(before) &&
				 scim_is_object(after))
		{
			JsonbValue	part = *scim_open(after);

			compare_level(comparison, attributes->sub, before, &part, &here, true);
			scim_set(new, here.name, here.length, &part);
		}
	}
}

/*
 * An extension that was left out comes back with what of it is kept:
 * INVALID_VALUE if more of it is required.
 */
static void
compare_extension(Comparison *comparison, const ScimSchema *extension, const JsonbValue *old,
				  JsonbValue *new)
{
	ScimPlace	place = scim_place(NULL, extension->urn);
	JsonbValue *before = assigned(old, extension->urn);
	JsonbValue *after = assigned(new, extension->urn);
	JsonbValue *urns;
	JsonbValue	part;

	if (before == NULL || !scim_is_object(before) || !has_kept(extension->attributes, false) ||
		(after && !scim_is_object(after)))
		return;
	part = after ? *scim_open(after) : *scim_new_object();
	compare_level(comparison, extension->attributes, before, &part, &place, false);
	if (part.val.object.nPairs == 0)
		return;
	if (after == NULL && comparison->differs == NULL)
		scim_check_required(extension->attributes, &part, &place);
	scim_set(new, place.name, place.length, &part);
	urns = assigned(new, "schemas");
	if (after || urns == NULL || !scim_is_array(urns))
		return;
	urns = scim_open(urns);
	for (int i = 0; i < urns->val.array.nElems; i++)
	{
		if (scim_string_is(&urns->val.array.elems[i], extension->urn))
			return;
	}
	scim_append_text(urns, extension->urn);
	scim_set_value(new, "schemas", urns);
}

Jsonb *
scim_keep_immutable(const ScimResourceType *type, Jsonb *old, Jsonb *new, bool replaces,
					bool *differs)
{
	Comparison	comparison = {.replaces = replaces, .differs = differs};
	JsonbValue	root;
	JsonbValue *before;
	JsonbValue *after;

	if (!type->has_kept || !JB_ROOT_IS_OBJECT(old) || !JB_ROOT_IS_OBJECT(new))
		return new;
	scim_root(old, &root);
	before = scim_open(&root);
	scim_root(new, &root);
	after = scim_open(&root);
	compare_level(&comparison, type->schema->attributes, before, after, NULL, false);
	for (int i = 0; type->extensions[i]; i++)
		compare_extension(&comparison, type->extensions[i], before, after);
	return comparison.changed ? scim_write(after) : new;
}
