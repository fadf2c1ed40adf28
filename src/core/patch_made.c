/*
 * patch_made.c
 *		Values that a patch makes where none matches the filter of its path.
 *
 * emails[type eq "work"].value says what the value is, as far as it goes: Entra ID sends it
 * whether there is one of that type or not.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/number.h"
#include "core/patch_list.h"
#include "core/patch_made.h"
#include "core/value.h"
#include "miscadmin.h"

bool
scim_makes_value(const ScimPatchRun *run, const ScimStep *step)
{
	return run->rules->create_target && step->path.filter &&
		(step->kind == STEP_SET || step->kind == STEP_MERGE || step->kind == STEP_APPEND);
}

/* What the filter compares with, as JSON. */
static JsonbValue
compared(const ScimFilter *filter)
{
	JsonbValue	value;

	switch (filter->value_kind)
	{
		case SCIM_VALUE_NUMBER:
			value.type = jbvNumeric;
			value.val.numeric = scim_read_number(filter->value);
			return value;
		case SCIM_VALUE_STRING:
			return scim_text(filter->value);
		default:
			value.type = jbvBool;
			value.val.boolean = filter->value_kind == SCIM_VALUE_TRUE;
			return value;
	}
}

/* One of many values, or the only one, which cannot be two. */
static bool
set_part(const ScimAttribute *sub, const JsonbValue *value, JsonbValue *made)
{
	JsonbValue *there = scim_get(made, sub->name, strlen(sub->name));
	JsonbValue *values;

	if (!sub->multi_valued)
	{
		if (there)
			return scim_equal(there, value);
		scim_set_value(made, sub->name, value);
		return true;
	}
	values = there ? scim_open(there) : scim_new_array();
	scim_append(values, value);
	scim_set_value(made, sub->name, values);
	return true;
}

static bool
add_equal(const ScimFilter *filter, JsonbValue *made)
{
	static const ScimReading strictly = {&scim_strict_rules, SCIM_INVALID_SYNTAX};
	const ScimAttribute *sub = filter->path.sub;
	ScimPlace	attribute = scim_place(NULL, filter->path.attribute->name);
	ScimPlace	place;
	JsonbValue	value;
	JsonbValue	read;

	/* of values that have no parts, the step says itself what it is */
	if (!sub)
		return filter->path.attribute->type != SCIM_COMPLEX;
	if (sub->mutability == SCIM_READ_ONLY)
		return false;
	place = scim_place(&attribute, sub->name);
	value = compared(filter);
	return scim_read_one(sub, &value, &place, &strictly, &read) && set_part(sub, &read, made);
}

static bool
add_parts(const ScimFilter *filter, JsonbValue *made)
{
	check_stack_depth();
	switch (filter->kind)
	{
		case SCIM_FILTER_AND:
			return add_parts(filter->left, made) && add_parts(filter->right, made);
		case SCIM_FILTER_COMPARE:
			return filter->op == SCIM_EQ && add_equal(filter, made);
		default:
			return false;
	}
}

bool
scim_make_value(const ScimFilter *filter, const ScimAttribute *attribute, JsonbValue *made)
{
	*made = *scim_new_object();
	return add_parts(filter, made);
}

const ScimAttribute *
scim_missing_part(const ScimAttribute *attribute, const JsonbValue *value)
{
	JsonbValue	unused;

	for (const ScimAttribute *sub = attribute->sub; sub && sub->name; sub++)
	{
		if (sub->required && sub->mutability != SCIM_READ_ONLY &&
			!scim_find_part(value, sub->name, &unused))
			return sub;
	}
	return NULL;
}
