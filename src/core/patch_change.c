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
 *
 * That is how strict rules have it; what others let in (core/rules.h) is brought
 * to the form that these know, before it is looked at.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_tree.h"
#include "core/patch_change.h"
#include "core/patch_join.h"
#include "core/patch_steps.h"
#include "core/patch_target.h"
#include "core/resource.h"
#include "core/understood.h"
#include "core/value.h"
#include "miscadmin.h"

/* ---- steps ---- */

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
append_step(ScimPatch *patch, const ScimPatchTarget *target, const JsonbValue *values)
{
	ScimStep   *step = scim_find_append(patch, &target->path);

	if (!step)
	{
		step = scim_new_step(patch, STEP_APPEND, target);
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
set_step(ScimPatch *patch, const ScimPatchTarget *target, const JsonbValue *value)
{
	ScimStep   *step = scim_find_set(patch, &target->path);

	if (!step)
		step = scim_new_step(patch, STEP_SET, target);
	step->value = frozen(value);
}

/* ---- changes of one attribute ---- */

/* Is the attribute to be unassigned, by the rules? */
static bool
is_cleared(const ScimPatch *patch, const ScimAttribute *leaf, const JsonbValue *given)
{
	return scim_is_nothing(given) || scim_is_cleared(leaf, given, patch->reading.rules);
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
change_members(ScimPatch *patch, ScimOp op, const ScimPatchTarget *target, const JsonbValue *given)
{
	ScimMentions *mentions = &patch->mentions;

	if (target->path.sub || (target->path.filter && op != SCIM_OP_REMOVE))
		scim_throw_at(SCIM_MUTABILITY, target->place,
					  "cannot be changed; add and remove members as a whole");
	if (target->path.filter)
	{
		scim_remove_matching_members(target->path.filter, mentions);
		patch->has_members = true;
		return;
	}
	if (given && (given->type == jbvNull || (op != SCIM_OP_REMOVE &&
											 scim_is_cleared(target->path.attribute, given,
															 patch->reading.rules))))
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
	char	   *password = op == SCIM_OP_REMOVE || given->type == jbvNull
	? NULL : scim_read_password(patch->reading.rules, given);

	if (password == NULL && op == SCIM_OP_ADD)
		return;
	patch->password = password;
	patch->has_password = true;
}

static void
change_schemas(ScimPatch *patch, ScimOp op, const ScimPatchTarget *target, const JsonbValue *given)
{
	bool	   *known = palloc0(scim_schema_count(patch->type) * sizeof(bool));
	ScimStep   *step;

	scim_read_schemas(patch->type, patch->reading.rules, given, op == SCIM_OP_ADD, known);
	known[0] = true;			/* the core schema cannot be taken away */
	step = scim_new_step(patch, op == SCIM_OP_ADD ? STEP_ADD_SCHEMAS : STEP_REPLACE_SCHEMAS,
						 target);
	step->schemas = known;
}

static void
change_values(ScimPatch *patch, ScimOp op, const ScimPatchTarget *target, const JsonbValue *given)
{
	const ScimAttribute *leaf = scim_leaf(&target->path);
	JsonbValue	read;

	if (scim_is_array(given))
	{
		bool		assigned = scim_read_value(leaf, given, target->place, &patch->reading,
											   &read);

		if (op == SCIM_OP_ADD && assigned)
			append_step(patch, target, &read);
		else if (op == SCIM_OP_REPLACE && assigned)
			scim_new_step(patch, STEP_SET, target)->value = frozen(&read);
		else if (op == SCIM_OP_REPLACE)
			scim_unset(patch, target);
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
	JsonbValue	room;
	ScimWalk	walk;

	given = scim_understand(attribute, given, reading->rules, &room);
	if (!scim_is_object(given))
		scim_throw_expected(SCIM_INVALID_VALUE, place, scim_wanted_container(given, "an object"));
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const ScimAttribute *sub = scim_read_member(attribute->sub, &walk, &key, &value, place,
													reading);
		ScimPlace	here;

		if (sub == NULL || sub->mutability == SCIM_READ_ONLY)
			continue;
		here = scim_place(place, sub->name);
		if (scim_read_value(sub, &value, &here, reading, &read))
			scim_set_value(parts, sub->name, &read);
		else if (nulls && sub->required)
			scim_throw_at(SCIM_REQUIRED_REMOVED, &here, "is required and cannot be removed");
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
			scim_throw_at(SCIM_SENSITIVE, &here, NOT_SEARCHED);
	}
}

/* A value that "remove" lists. */
static JsonbValue
read_listed(const ScimPatch *patch, const ScimAttribute *attribute, const JsonbValue *given,
			const ScimPlace *place)
{
	JsonbValue	read;

	if (attribute->returned == SCIM_NEVER)
		scim_throw_at(SCIM_SENSITIVE, place, NOT_SEARCHED);
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
remove_values(ScimPatch *patch, const ScimPatchTarget *target, const JsonbValue *given)
{
	const ScimAttribute *attribute = target->path.attribute;
	ScimStep   *step;
	ScimWalk	walk;
	JsonbValue	value;

	if (!attribute->multi_valued || target->path.sub || target->path.filter)
		scim_refuse_list(target);
	step = scim_new_step(patch, STEP_TAKE_OUT, target);
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

/* What a value that replaces all of a complex one does not name; what is immutable stays. */
static void
unset_others(ScimPatch *patch, const ScimPatchTarget *target, const List *named)
{
	for (const ScimAttribute *sub = target->path.attribute->sub; sub && sub->name; sub++)
	{
		ScimPath	part = target->path;
		ScimPatchTarget other;

		if (sub->mutability == SCIM_READ_ONLY || sub->mutability == SCIM_IMMUTABLE ||
			list_member_ptr(named, sub))
			continue;
		part.sub = sub;
		scim_set_target(&other, &part);
		scim_unset(patch, &other);
	}
}

/* Each sub-attribute that a complex value names, as an operation of its own. */
static void
change_parts(ScimPatch *patch, ScimOp op, const ScimPatchTarget *target, const JsonbValue *given)
{
	ScimPath	part = target->path;
	List	   *named = NIL;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbValue	room;

	given = scim_understand(target->path.attribute, given, patch->reading.rules, &room);
	if (!scim_is_object(given))
		scim_throw_expected(SCIM_INVALID_VALUE, target->place,
							scim_wanted_container(given, "an object"));
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		part.sub = scim_read_member(target->path.attribute->sub, &walk, &key, &value,
									target->place, &patch->reading);
		if (part.sub == NULL || part.sub->mutability == SCIM_READ_ONLY)
			continue;
		scim_change(patch, op, &part, &value);
		named = lappend(named, unconstify(ScimAttribute *, part.sub));
	}
	if (op == SCIM_OP_REPLACE && patch->reading.rules->full_replace)
		unset_others(patch, target, named);
	list_free(named);
}

/* An operation on the values that a filter chooses. */
static void
change_matching(ScimPatch *patch, ScimOp op, const ScimPatchTarget *target, const JsonbValue *given)
{
	const ScimAttribute *attribute = target->path.attribute;
	JsonbValue	read;

	if (strcmp(attribute->name, "schemas") == 0 && !target->path.extension)
		scim_throw_at(SCIM_MUTABILITY, target->place, "is changed as a whole");
	if (target->path.sub && target->path.sub->multi_valued)
		change_values(patch, op, target, given);
	else if (attribute->type == SCIM_COMPLEX && !target->path.sub &&
			 (op == SCIM_OP_ADD ||
			  !(attribute->multi_valued || patch->reading.rules->full_replace)))
	{
		read = read_parts(&patch->reading, attribute, op == SCIM_OP_REPLACE, given, target->place);
		scim_new_step(patch, STEP_MERGE, target)->value = read;
	}
	else if (scim_read_one(scim_leaf(&target->path), given, target->place, &patch->reading, &read))
		set_step(patch, target, &read);
	else
		scim_unset(patch, target);
}

/* Who misspells the list of values to be removed does not want all of them to go. */
static void
refuse_vague(const ScimPatch *patch, const ScimPatchTarget *target, const JsonbValue *given)
{
	if (patch->is_vague && given->type == jbvNull && !target->path.filter &&
		scim_leaf(&target->path)->multi_valued)
		scim_throw_at(SCIM_BAD_OPERATION, target->place,
					  "has many values, which an operation with unknown members and without "
					  "value does not clear");
}

void
scim_change(ScimPatch *patch, ScimOp op, const ScimPath *path, const JsonbValue *given)
{
	const ScimAttribute *attribute = path->attribute;
	const ScimAttribute *leaf = scim_leaf(path);
	const ScimResourceType *type = patch->type;
	ScimPatchTarget target;
	JsonbValue	read;

	scim_set_target(&target, path);
	if (attribute->mutability == SCIM_READ_ONLY || leaf->mutability == SCIM_READ_ONLY)
		scim_throw_at(is_groups(type, path) ? SCIM_READ_ONLY_GROUPS : SCIM_MUTABILITY, target.place,
					  "is read-only");
	refuse_vague(patch, &target, given);
	if (op == SCIM_OP_REMOVE && given->type != jbvNull && (path->filter || !is_members(type, path)))
		remove_values(patch, &target, given);
	else if (is_members(type, path))
		change_members(patch, op, &target, given);
	else if (!path->extension && type->has_password && strcmp(attribute->name, "password") == 0)
		change_password(patch, op, given);
	else if (attribute->multi_valued && path->sub && !path->filter)
		scim_throw_at(SCIM_NO_TARGET, target.place,
					  psprintf("is a part of many values; say which in brackets, or replace %s "
							   "as a whole",
							   attribute->name));
	else if (op == SCIM_OP_REMOVE || (op == SCIM_OP_REPLACE && is_cleared(patch, leaf, given)))
		scim_unset(patch, &target);
	else if (is_cleared(patch, leaf, given))
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
		scim_new_step(patch, STEP_SET, &target)->value = read;
}
