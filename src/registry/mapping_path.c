/*
 * mapping_path.c
 *		Paths of attributes in a mapping: an attribute, a sub-attribute, or a
 *		slot, attr[sub eq constant and ...].sub, which is a part of that one of a
 *		multi-valued attribute's elements that has the constants.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "column/number.h"
#include "core/filter.h"
#include "core/filter_path.h"
#include "miscadmin.h"
#include "registry/lookup.h"
#include "registry/mapping_error.h"
#include "registry/mapping_path.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/rel.h"

/* ---- constants ---- */

static JsonbValue
constant_of(const ScimFilter *filter)
{
	JsonbValue	value = {0};

	switch (filter->value_kind)
	{
		case SCIM_VALUE_TRUE:
		case SCIM_VALUE_FALSE:
			value.type = jbvBool;
			value.val.boolean = filter->value_kind == SCIM_VALUE_TRUE;
			break;
		case SCIM_VALUE_NUMBER:
			value.type = jbvNumeric;
			value.val.numeric = scim_read_number(filter->value);
			break;
		default:
			value = scim_text(filter->value);
	}
	return value;
}

/* Adds the conditions to the list; false where there is another one than sub eq constant. */
static bool
add_constants(const ScimFilter *filter, List **constants)
{
	ScimSlotConstant *constant;

	check_stack_depth();
	if (filter->kind == SCIM_FILTER_AND)
		return add_constants(filter->left, constants) && add_constants(filter->right, constants);
	if (filter->kind != SCIM_FILTER_COMPARE || filter->op != SCIM_EQ || filter->path.sub == NULL)
		return false;
	constant = palloc0(sizeof(ScimSlotConstant));
	constant->sub = filter->path.sub;
	constant->value = constant_of(filter);
	*constants = lappend(*constants, constant);
	return true;
}

static int
compare_constants(const ListCell *a, const ListCell *b)
{
	return strcmp(((ScimSlotConstant *) lfirst(a))->sub->name,
				  ((ScimSlotConstant *) lfirst(b))->sub->name);
}

List *
scim_slot_constants(const ScimPath *path)
{
	List	   *constants = NIL;

	if (path->filter && add_constants(path->filter, &constants))
		list_sort(constants, compare_constants);
	return constants;
}

/* ---- the text of a path ---- */

static void
append_constant(StringInfo out, const JsonbValue *value)
{
	if (value->type == jbvString)
		escape_json(out, scim_string_copy(value));
	else if (value->type == jbvBool)
		appendStringInfoString(out, value->val.boolean ? "true" : "false");
	else
		appendStringInfoString(out, scim_number_text(value->val.numeric));
}

static char *
slot_text(const ScimPath *path, List *constants)
{
	StringInfoData text;
	const char *separator = "[";
	ListCell   *cell;

	initStringInfo(&text);
	if (path->extension)
		appendStringInfo(&text, "%s:", path->extension->urn);
	appendStringInfoString(&text, path->attribute->name);
	foreach(cell, constants)
	{
		const ScimSlotConstant *constant = lfirst(cell);

		appendStringInfo(&text, "%s%s eq ", separator, constant->sub->name);
		append_constant(&text, &constant->value);
		separator = " and ";
	}
	appendStringInfo(&text, "].%s", path->sub->name);
	return text.data;
}

/* ---- reading ---- */

static void
resolve(const ScimResourceType *type, Relation relation, const char *text, ScimPath *path)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		scim_resolve_path(type, &scim_strict_rules, text, strlen(text), path);
	}
	PG_CATCH();
	{
		ErrorData  *error;
		char	   *colon;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (!scim_is_ours(error))
			PG_RE_THROW();
		FlushErrorState();
		/* what is behind the code */
		colon = strstr(error->message, ": ");
		scim_bad_mapping(relation, NULL, "\"%s\" cannot be mapped: %-s", text,
						 colon ? colon + 2 : error->message);
	}
	PG_END_TRY();
}

/* What belongs to the resource itself, or has a key of its own. */
static void
refuse_own(const ScimResourceType *type, Relation relation, const ScimPath *path)
{
	const char *name = path->attribute->name;

	if (path->extension)
		return;
	if (type->has_password && strcmp(name, "password") == 0)
		scim_bad_mapping(relation, NULL,
						 "password is no attribute with a value: the column of crypt strings "
						 "stands beside \"attributes\", as \"password\"");
	if (strcmp(name, "schemas") == 0 || scim_is_kept_elsewhere(type, path))
		scim_bad_mapping(relation, NULL,
						 "%s cannot be mapped as an attribute: it follows from the rest", name);
}

static void
check_slot(Relation relation, const char *text, const ScimPath *path, List *constants)
{
	const ScimSlotConstant *last = NULL;
	ListCell   *cell;

	if (constants == NIL)
		scim_bad_mapping(relation, NULL,
						 "\"%s\" cannot be mapped: its filter must consist of conditions such as "
						 "type eq \"work\", with and between them",
						 text);
	if (path->sub == NULL)
		scim_bad_mapping(relation, NULL,
						 "\"%s\" cannot be mapped: behind its filter must stand the sub-attribute "
						 "that the column holds",
						 text);
	if (!path->attribute->multi_valued)
		scim_bad_mapping(relation, NULL,
						 "\"%s\" cannot be mapped: %s has one value, and no need for a filter",
						 text, path->attribute->name);
	foreach(cell, constants)
	{
		const ScimSlotConstant *constant = lfirst(cell);

		if (strcmp(constant->sub->name, path->sub->name) == 0)
			scim_bad_mapping(relation, NULL,
							 "\"%s\" cannot be mapped: its filter says already what the column "
							 "would",
							 text);
		if (last && strcmp(constant->sub->name, last->sub->name) == 0)
			scim_bad_mapping(relation, NULL,
							 "\"%s\" cannot be mapped: its filter says twice what %s is", text,
							 last->sub->name);
		last = constant;
	}
}

char *
scim_mapped_path(const ScimResourceType *type, Relation relation, const char *text, ScimPath *path)
{
	List	   *constants;

	resolve(type, relation, text, path);
	if (path->attribute == NULL)
		scim_bad_mapping(relation, NULL,
						 "\"%s\" cannot be mapped: it is no attribute, but a whole extension",
						 text);
	refuse_own(type, relation, path);
	if (path->filter == NULL)
		return path->text;
	constants = scim_slot_constants(path);
	check_slot(relation, text, path, constants);
	return slot_text(path, constants);
}
