/*
 * patch_whole.c
 *		Operations of a PATCH (RFC 7644 section 3.5.2) on a resource, or an extension,
 *		as a whole: each member of their value is an operation of its own.
 *
 * The keys of such a value are names of attributes.  With the rule path_keys they may be
 * paths: those are done behind the names, in the order in which they are stored.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_tree.h"
#include "core/filter_path.h"
#include "core/patch_change.h"
#include "core/patch_target.h"
#include "core/patch_whole.h"
#include "core/understood.h"
#include "core/unknown.h"
#include "core/value.h"
#include "miscadmin.h"

/* ---- extensions ---- */

/* "given" of type jbvNull: no value. */
static void
change_extension(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
				 const JsonbValue *given)
{
	ScimPath	path = {.extension = extension};
	bool		nothing = scim_is_nothing(given) ||
		(patch->reading.rules->empty_clears && scim_string_is(given, ""));
	ScimPatchTarget target;

	scim_set_target(&target, &path);
	if (op == SCIM_OP_REMOVE && given->type != jbvNull)
		scim_refuse_list(&target);
	else if (op == SCIM_OP_REMOVE || (op == SCIM_OP_REPLACE && nothing))
		scim_unset(patch, &target);
	else if (scim_is_object(given))
		scim_change_all(patch, op, extension, given);
	else if (!nothing)
		scim_throw_expected(SCIM_INVALID_VALUE, target.place,
							scim_wanted_container(given, "an object"));
}

/* ---- paths ---- */

/* Of a path to nothing that the type has: the name alone, as a filter has values in it. */
static void
note_unknown_path(const char *path, int length)
{
	const char *bracket = memchr(path, '[', length);
	JsonbValue	name = {.type = jbvString};

	name.val.string.val = unconstify(char *, path);
	name.val.string.len = bracket ? bracket - path : length;
	scim_note_unknown(NULL, &name);
}

/* Is it one of those that clients send though they are the server's, to be ignored? */
static bool
is_ignored(const ScimPatch *patch, const ScimSchema *extension, const ScimAttribute *attribute)
{
	static const char *const names[] = {"id", "meta", "groups"};

	if (!patch->reading.rules->own_read_only || extension ||
		attribute->mutability != SCIM_READ_ONLY)
		return false;
	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(attribute->name, names[i]) == 0)
			return true;
	}
	return false;
}

/* "keyed": the path stands as a key in a value. */
static bool
change_at(ScimPatch *patch, ScimOp op, const char *path, int length, const JsonbValue *given,
		  bool keyed)
{
	ScimPath	target;

	if (!scim_resolve_known(patch->type, patch->reading.rules, path, length, &target))
	{
		note_unknown_path(path, length);
		return false;
	}
	target.text = scim_shown_name(path, length);
	if (!target.attribute)
		change_extension(patch, op, target.extension, given);
	else if (!(keyed && is_ignored(patch, target.extension, target.attribute)))
		scim_change(patch, op, &target, given);
	return true;
}

bool
scim_change_at(ScimPatch *patch, ScimOp op, const char *path, int length, const JsonbValue *given)
{
	return change_at(patch, op, path, length, given, false);
}

/* A key that is a path: of the resource, or in the object of an extension, of that. */
static void
change_at_key(ScimPatch *patch, ScimOp op, const ScimSchema *extension, const JsonbValue *key,
			  const JsonbValue *given)
{
	const char *path = key->val.string.val;
	int			length = key->val.string.len;

	if (extension)
	{
		path = psprintf("%s:%s", extension->urn, scim_string_copy(key));
		length = strlen(path);
	}
	change_at(patch, op, path, length, given, true);
}

/* ---- names ---- */

/* A readOnly attribute in a value without path: fine if it is what is there anyway. */
static void
expect_same(ScimPatch *patch, const ScimSchema *extension, const ScimAttribute *attribute,
			const JsonbValue *given)
{
	ScimPath	path = {.extension = extension, .attribute = attribute};
	ScimPatchTarget target;

	if (is_ignored(patch, extension, attribute))
		return;
	scim_set_target(&target, &path);
	scim_new_step(patch, STEP_SAME, &target)->value = *given;
	patch->needs_shown = true;
}

static SCIM_NORETURN void throw_unknown_key(const ScimResourceType *type, const JsonbValue *key);

static void
throw_unknown_key(const ScimResourceType *type, const JsonbValue *key)
{
	char	   *name = scim_shown_name(key->val.string.val, key->val.string.len);

	if (strpbrk(name, ".:"))
		scim_throw_path(SCIM_INVALID_PATH, name,
						"%s is a path; in a value without path, keys are attribute names", name);
	scim_throw_path(SCIM_INVALID_PATH, name, "%s has no attribute %s", type->name, name);
}

/* What the members of a value are about: an extension, or (NULL) the resource. */
typedef struct Whole
{
	ScimPatch  *patch;
	ScimOp		op;
	const ScimSchema *extension;
} Whole;

/* What a key names: an attribute, or of a resource an extension; both NULL: neither. */
typedef struct Named
{
	const ScimAttribute *attribute;
	const ScimSchema *extension;
} Named;

static Named
find_named(const Whole *whole, const JsonbValue *key)
{
	const ScimResourceType *type = whole->patch->type;
	const char *name = key->val.string.val;
	int			length = key->val.string.len;
	Named		named = {NULL};

	if (whole->extension)
		named.attribute = scim_attribute(whole->extension->attributes, name, length);
	else
		named.attribute = scim_top_attribute(type, name, length);
	if (!named.attribute && !whole->extension)
		named.extension = scim_extension(type, name, length);
	return named;
}

/* Is it a key that is taken for a path? */
static bool
is_path(const Whole *whole, const JsonbValue *key, const Named *named)
{
	if (!whole->patch->reading.rules->path_keys || named->attribute || named->extension)
		return false;
	for (const char *c = ".:["; *c; c++)
	{
		if (memchr(key->val.string.val, *c, key->val.string.len))
			return true;
	}
	return false;
}

/* Is it a path to what the type has?  Where keys are no paths, that is nothing to be ignored. */
static bool
leads_somewhere(const ScimResourceType *type, const JsonbValue *key)
{
	const char *bracket = memchr(key->val.string.val, '[', key->val.string.len);
	ScimPath	path;

	return scim_find_path(type, key->val.string.val,
						  bracket ? bracket - key->val.string.val : key->val.string.len,
						  false, &path) == NULL;
}

/* A member that is no path. */
static void
change_named(const Whole *whole, const ScimWalk *walk, const JsonbValue *key,
			 const JsonbValue *value, Named named)
{
	const ScimReading *reading = &whole->patch->reading;
	ScimPath	path = {.extension = whole->extension};
	ScimPlace	place;

	if (whole->extension)
	{
		place = scim_place(NULL, whole->extension->urn);
		named.attribute = scim_read_member(whole->extension->attributes, walk, key, value, &place,
										   reading);
		if (!named.attribute)
			return;
	}
	else if (named.attribute || named.extension)
		scim_check_spelling(walk->container, key,
							named.attribute ? named.attribute->name : named.extension->urn, NULL);
	else if (!leads_somewhere(whole->patch->type, key) &&
			 scim_ignores_member(NULL, key, value, reading->rules))
		return;
	else
		throw_unknown_key(whole->patch->type, key);

	path.attribute = named.attribute;
	if (named.extension)
		change_extension(whole->patch, whole->op, named.extension, value);
	else if (named.attribute->mutability == SCIM_READ_ONLY)
		expect_same(whole->patch, whole->extension, named.attribute, value);
	else
		scim_change(whole->patch, whole->op, &path, value);
}

void
scim_change_all(ScimPatch *patch, ScimOp op, const ScimSchema *extension, const JsonbValue *given)
{
	Whole		whole = {patch, op, extension};
	bool		has_paths = false;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		Named		named = find_named(&whole, &key);

		if (is_path(&whole, &key, &named))
			has_paths = true;
		else
			change_named(&whole, &walk, &key, &value, named);
	}
	if (!has_paths)
		return;
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		Named		named = find_named(&whole, &key);

		CHECK_FOR_INTERRUPTS();
		if (is_path(&whole, &key, &named))
			change_at_key(patch, op, extension, &key, &value);
	}
}
