/*
 * patch_change.c
 *		What one operation of a PATCH (RFC 7644 section 3.5.2) wants, checked and
 *		taken apart into steps.
 *
 * What the RFC leaves open is decided so:
 * - add of null or [] adds nothing; replace with null or [] removes;
 * - replace of a multi-valued attribute takes an array only: one object would
 *   silently drop the other values;
 * - a sub-attribute of a multi-valued attribute (emails.value) is no target, as
 *   it does not say which of the values is meant: NO_TARGET;
 * - remove with a "value" (as Entra ID sends it) removes those of the values
 *   that have what is listed, which is nothing that is never returned; of an
 *   attribute that is not multi-valued it is refused, as ignoring it would remove
 *   more than was meant;
 * - with a value filter, add merges the sub-attributes that are given into each
 *   value that matches, replace puts the value in its place (in a complex
 *   attribute that is not multi-valued, both merge); where none matches it is
 *   NO_TARGET, also in add and remove;
 * - readOnly sub-attributes in a complex value are left out, as in create.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_tree.h"
#include "core/patch_change.h"
#include "core/patch_join.h"
#include "core/patch_steps.h"
#include "core/resource.h"
#include "core/value.h"
#include "miscadmin.h"

/* What an operation, or a member of its value, is about. */
typedef struct Target
{
	ScimPath	path;
	ScimPlace	places[3];
	const ScimPlace *place;		/* of these three, the innermost */
} Target;

static void
set_target(Target *target, const ScimPath *path)
{
	int			depth = 0;

	target->path = *path;
	target->place = NULL;
	if (path->extension)
		target->places[depth++] = scim_place(NULL, path->extension->urn);
	if (path->attribute)
		target->places[depth++] = scim_place(NULL, path->attribute->name);
	if (path->sub)
		target->places[depth++] = scim_place(NULL, path->sub->name);
	for (int i = 0; i < depth; i++)
	{
		target->places[i].up = target->place;
		target->place = &target->places[i];
	}
}

/* ---- steps ---- */

/* What the path leads to; NULL: an extension as a whole. */
static const ScimAttribute *
leaf_of(const ScimPath *path)
{
	return path->sub ? path->sub : path->attribute;
}

static ScimStep *
new_step(ScimPatch *patch, ScimStepKind kind, const Target *target)
{
	ScimStep   *step;

	if (patch->count == patch->capacity)
	{
		patch->capacity = Max(8, 2 * patch->capacity);
		patch->steps = patch->steps ?
			repalloc_huge(patch->steps, patch->capacity * sizeof(ScimStep)) :
			palloc(patch->capacity * sizeof(ScimStep));
	}
	step = &patch->steps[patch->count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->path = target->path;
	step->operation = patch->operation;
	return step;
}

static JsonbValue
frozen(const JsonbValue *value)
{
	JsonbValue	result = *value;

	if (value->type == jbvArray || value->type == jbvObject)
		scim_root(scim_write(value), &result);
	return result;
}

/* Values that are added by several operations go into one step. */
static void
append_step(ScimPatch *patch, const Target *target, const JsonbValue *values)
{
	ScimStep   *step = scim_find_append(patch, &target->path);

	if (!step)
	{
		step = new_step(patch, STEP_APPEND, target);
		step->value = *scim_new_array();
	}
	values = scim_open(values);
	for (int i = 0; i < values->val.array.nElems; i++)
	{
		JsonbValue	value = frozen(&values->val.array.elems[i]);

		scim_append(&step->value, &value);
	}
}

/* Of several operations that set the same in the same values the last one counts. */
static void
set_step(ScimPatch *patch, const Target *target, const JsonbValue *value)
{
	ScimStep   *step = scim_find_set(patch, &target->path);

	if (!step)
		step = new_step(patch, STEP_SET, target);
	step->value = frozen(value);
}

/* ---- errors ---- */

static SCIM_NORETURN void throw_at(ScimErrorCode code, const ScimPlace *place, const char *problem);

static void
throw_at(ScimErrorCode code, const ScimPlace *place, const char *problem)
{
	char	   *path = scim_place_text(place);

	scim_throw_path(code, path, "%s %-s", path, problem);
}

/* ---- changes of one attribute ---- */

/* Unassigned, but for {}: as a set of sub-attributes to change it is just empty. */
static bool
is_nothing(const JsonbValue *value)
{
	return scim_is_unassigned(value) && !scim_is_object(value);
}

static void
unset(ScimPatch *patch, const Target *target)
{
	const ScimAttribute *leaf = leaf_of(&target->path);

	/* of a required multi-valued attribute some may go, if others stay */
	if (leaf && leaf->required && (target->path.sub || !target->path.filter))
		throw_at(SCIM_REQUIRED_REMOVED, target->place, "is required and cannot be removed");
	new_step(patch, STEP_UNSET, target);
}

static bool
is_members(const ScimResourceType *type, const ScimPath *path)
{
	return type->has_members && !path->extension && strcmp(path->attribute->name, "members") == 0;
}

static bool
is_groups(const ScimResourceType *type, const ScimPath *path)
{
	return type->has_groups && !path->extension && strcmp(path->attribute->name, "groups") == 0;
}

static void
change_members(ScimPatch *patch, ScimOp op, const Target *target, const JsonbValue *given)
{
	ScimMentions *mentions = &patch->mentions;

	if (target->path.sub || (target->path.filter && op != SCIM_OP_REMOVE))
		throw_at(SCIM_MUTABILITY, target->place,
				 "cannot be changed; add and remove members as a whole");
	if (target->path.filter)
	{
		scim_remove_matching_members(target->path.filter, mentions);
		patch->has_members = true;
		return;
	}
	if (given && given->type == jbvNull)
		given = NULL;
	if (op == SCIM_OP_ADD && !given)
		return;
	if (op == SCIM_OP_REPLACE || !given)
	{
		patch->members.replace = true;
		mentions->count = 0;
	}
	if (given)
		scim_read_members(target->path.attribute, given, op != SCIM_OP_REPLACE, &patch->reading,
						  op == SCIM_OP_REMOVE, mentions);
	if (patch->members.replace || mentions->count > 0)
		patch->has_members = true;
}

static void
change_password(ScimPatch *patch, ScimOp op, const JsonbValue *given)
{
	bool		nothing = op == SCIM_OP_REMOVE || given->type == jbvNull;

	if (nothing && op == SCIM_OP_ADD)
		return;
	patch->password = nothing ? NULL : scim_read_password(patch->reading.rules, given);
	patch->has_password = true;
}

static void
change_schemas(ScimPatch *patch, ScimOp op, const Target *target, const JsonbValue *given)
{
	bool	   *known = palloc0(scim_schema_count(patch->type) * sizeof(bool));
	ScimStep   *step;

	scim_read_schemas(patch->type, patch->reading.rules, given, op == SCIM_OP_ADD, known);
	known[0] = true;			/* the core schema cannot be taken away */
	step = new_step(patch, op == SCIM_OP_ADD ? STEP_ADD_SCHEMAS : STEP_REPLACE_SCHEMAS, target);
	step->schemas = known;
}

static void
change_values(ScimPatch *patch, ScimOp op, const Target *target, const JsonbValue *given)
{
	const ScimAttribute *leaf = leaf_of(&target->path);
	JsonbValue	read;

	if (scim_is_array(given))
	{
		bool		assigned = scim_read_value(leaf, given, target->place, &patch->reading,
											   &read);

		if (op == SCIM_OP_ADD && assigned)
			append_step(patch, target, &read);
		else if (op == SCIM_OP_REPLACE && assigned)
			new_step(patch, STEP_SET, target)->value = frozen(&read);
		else if (op == SCIM_OP_REPLACE)
			unset(patch, target);
	}
	else if (op == SCIM_OP_REPLACE)
		scim_throw_expected(SCIM_INVALID_VALUE, target->place,
							scim_wanted_container(given, "an array"));
	else if (scim_read_one(leaf, given, target->place, &patch->reading, &read))
	{
		JsonbValue *values = scim_new_array();

		scim_append(values, &read);
		append_step(patch, target, values);
	}
}

/*
 * The sub-attributes in a complex value, for a value that is there already: so
 * what is required may be missing.  With "nulls", those that are unassigned
 * stand there as null, to be removed.
 */
static JsonbValue
read_parts(const ScimReading *reading, const ScimAttribute *attribute, bool nulls,
		   const JsonbValue *given, const ScimPlace *place)
{
	JsonbValue *parts = scim_new_object();
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	read;
	ScimWalk	walk;

	if (!scim_is_object(given))
		scim_throw_expected(SCIM_INVALID_VALUE, place, scim_wanted_container(given, "an object"));
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const ScimAttribute *sub = scim_read_name(attribute->sub, walk.container, &key, place,
												  reading->unknown);
		ScimPlace	here = scim_place(place, sub->name);

		if (sub->mutability == SCIM_READ_ONLY)
			continue;
		if (scim_read_value(sub, &value, &here, reading, &read))
			scim_set_value(parts, sub->name, &read);
		else if (nulls && sub->required)
			throw_at(SCIM_REQUIRED_REMOVED, &here, "is required and cannot be removed");
		else if (nulls)
		{
			read.type = jbvNull;
			scim_set_value(parts, sub->name, &read);
		}
	}
	return frozen(parts);
}

#define NOT_SEARCHED "is never shown, and cannot be searched"

/* What "remove" lists is looked for: whether it was there would tell what is never returned. */
static void
refuse_hidden(const ScimAttribute *attribute, const JsonbValue *parts, const ScimPlace *place)
{
	JsonbValue	unused;

	for (const ScimAttribute *sub = attribute->sub; sub && sub->name; sub++)
	{
		ScimPlace	here = scim_place(place, sub->name);

		if (sub->returned == SCIM_NEVER && scim_find_member(parts, sub->name, &unused))
			throw_at(SCIM_SENSITIVE, &here, NOT_SEARCHED);
	}
}

/* A value that "remove" lists. */
static JsonbValue
read_listed(const ScimPatch *patch, const ScimAttribute *attribute, const JsonbValue *given,
			const ScimPlace *place)
{
	JsonbValue	read;

	if (attribute->returned == SCIM_NEVER)
		throw_at(SCIM_SENSITIVE, place, NOT_SEARCHED);
	if (attribute->type == SCIM_COMPLEX)
	{
		read = read_parts(&patch->reading, attribute, false, given, place);
		refuse_hidden(attribute, &read, place);
		return read;
	}
	if (!scim_read_one(attribute, given, place, &patch->reading, &read))
		scim_throw_expected(SCIM_INVALID_VALUE, place, "a value");
	return frozen(&read);
}

/* The values, or the one, that "remove" lists; what is required of a value need not be listed. */
static void
remove_values(ScimPatch *patch, const Target *target, const JsonbValue *given)
{
	const ScimAttribute *attribute = target->path.attribute;
	ScimStep   *step;
	ScimWalk	walk;
	JsonbValue	value;

	if (!attribute || !attribute->multi_valued || target->path.sub || target->path.filter)
		throw_at(SCIM_INVALID_SYNTAX, target->place,
				 "takes no value in remove, but where it lists some of many values");
	step = new_step(patch, STEP_TAKE_OUT, target);
	step->value = *scim_new_array();
	if (!scim_is_array(given))
	{
		value = read_listed(patch, attribute, given, target->place);
		scim_append(&step->value, &value);
		return;
	}
	scim_walk(&walk, given->val.binary.data);
	for (int i = 0; scim_walk_next(&walk, NULL, &value); i++)
	{
		ScimPlace	here = {.up = target->place, .index = i};

		CHECK_FOR_INTERRUPTS();
		value = read_listed(patch, attribute, &value, &here);
		scim_append(&step->value, &value);
	}
}

/* Each sub-attribute that a complex value names, as an operation of its own. */
static void
change_parts(ScimPatch *patch, ScimOp op, const Target *target, const JsonbValue *given)
{
	ScimPath	part = target->path;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (!scim_is_object(given))
		scim_throw_expected(SCIM_INVALID_VALUE, target->place,
							scim_wanted_container(given, "an object"));
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		part.sub = scim_read_name(target->path.attribute->sub, walk.container, &key,
								  target->place, SCIM_INVALID_PATH);
		if (part.sub->mutability != SCIM_READ_ONLY)
			scim_change(patch, op, &part, &value);
	}
}

/* An operation on the values that a filter chooses. */
static void
change_matching(ScimPatch *patch, ScimOp op, const Target *target, const JsonbValue *given)
{
	const ScimAttribute *attribute = target->path.attribute;
	JsonbValue	read;

	if (strcmp(attribute->name, "schemas") == 0 && !target->path.extension)
		throw_at(SCIM_MUTABILITY, target->place, "is changed as a whole");
	if (target->path.sub && target->path.sub->multi_valued)
		change_values(patch, op, target, given);
	else if (attribute->type == SCIM_COMPLEX && !target->path.sub &&
			 (op == SCIM_OP_ADD || !attribute->multi_valued))
	{
		read = read_parts(&patch->reading, attribute, op == SCIM_OP_REPLACE, given, target->place);
		new_step(patch, STEP_MERGE, target)->value = read;
	}
	else if (scim_read_one(leaf_of(&target->path), given, target->place, &patch->reading, &read))
		set_step(patch, target, &read);
	else
		unset(patch, target);
}

void
scim_change(ScimPatch *patch, ScimOp op, const ScimPath *path, const JsonbValue *given)
{
	const ScimAttribute *attribute = path->attribute;
	const ScimAttribute *leaf = leaf_of(path);
	const ScimResourceType *type = patch->type;
	Target		target;
	JsonbValue	read;

	set_target(&target, path);
	if (attribute->mutability == SCIM_READ_ONLY || leaf->mutability == SCIM_READ_ONLY)
		throw_at(is_groups(type, path) ? SCIM_READ_ONLY_GROUPS : SCIM_MUTABILITY, target.place,
				 "is read-only");
	if (op == SCIM_OP_REMOVE && given->type != jbvNull && (path->filter || !is_members(type, path)))
		remove_values(patch, &target, given);
	else if (is_members(type, path))
		change_members(patch, op, &target, given);
	else if (!path->extension && type->has_password && strcmp(attribute->name, "password") == 0)
		change_password(patch, op, given);
	else if (attribute->multi_valued && path->sub && !path->filter)
		throw_at(SCIM_NO_TARGET, target.place,
				 psprintf("is a part of many values; say which in brackets, or replace %s as a "
						  "whole",
						  attribute->name));
	else if (op == SCIM_OP_REMOVE || (op == SCIM_OP_REPLACE && is_nothing(given)))
		unset(patch, &target);
	else if (is_nothing(given))
		return;
	else if (path->filter)
		change_matching(patch, op, &target, given);
	else if (!path->extension && strcmp(attribute->name, "schemas") == 0)
		change_schemas(patch, op, &target, given);
	else if (leaf->multi_valued)
		change_values(patch, op, &target, given);
	else if (leaf->type == SCIM_COMPLEX)
		change_parts(patch, op, &target, given);
	else if (scim_read_one(leaf, given, target.place, &patch->reading, &read))
		new_step(patch, STEP_SET, &target)->value = read;
}

/* ---- changes of a resource or an extension as a whole ---- */

void
scim_change_extension(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
					  const JsonbValue *given)
{
	ScimPath	path = {.extension = extension};
	Target		target;

	set_target(&target, &path);
	if (op == SCIM_OP_REMOVE && given->type != jbvNull)
		remove_values(patch, &target, given);
	else if (op == SCIM_OP_REMOVE || (op == SCIM_OP_REPLACE && is_nothing(given)))
		unset(patch, &target);
	else if (scim_is_object(given))
		scim_change_all(patch, op, extension, given);
	else if (!is_nothing(given))
		scim_throw_expected(SCIM_INVALID_VALUE, target.place,
							scim_wanted_container(given, "an object"));
}

/* A readOnly attribute in a value without path: fine if it is what is there anyway. */
static void
expect_same(ScimPatch *patch, const ScimSchema *extension, const ScimAttribute *attribute,
			const JsonbValue *given)
{
	ScimPath	path = {.extension = extension, .attribute = attribute};
	Target		target;

	set_target(&target, &path);
	new_step(patch, STEP_SAME, &target)->value = *given;
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

/* Each member of an object in which attributes (extension NULL: and extensions) stand by name. */
void
scim_change_all(ScimPatch *patch, ScimOp op, const ScimSchema *extension, const JsonbValue *given)
{
	const ScimResourceType *type = patch->type;
	ScimPlace	place = scim_place(NULL, extension ? extension->urn : "");
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const char *name = key.val.string.val;
		int			length = key.val.string.len;
		const ScimAttribute *attribute;
		const ScimSchema *nested = NULL;

		if (extension)
			attribute = scim_read_name(extension->attributes, walk.container, &key, &place,
									   SCIM_INVALID_PATH);
		else
		{
			attribute = scim_top_attribute(type, name, length);
			nested = attribute ? NULL : scim_extension(type, name, length);
			if (!attribute && !nested)
				throw_unknown_key(type, &key);
			scim_check_spelling(walk.container, &key, attribute ? attribute->name : nested->urn,
								NULL);
		}

		if (nested)
			scim_change_extension(patch, op, nested, &value);
		else if (attribute->mutability == SCIM_READ_ONLY)
			expect_same(patch, extension, attribute, &value);
		else
		{
			ScimPath	path = {.extension = extension, .attribute = attribute};

			scim_change(patch, op, &path, &value);
		}
	}
}
