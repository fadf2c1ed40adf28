/*
 * mapping_check.c
 *		What a mapping must be like as a whole, checked when a table is registered:
 *		one column for each place, one place for each column.
 */
#include "postgres.h"

#include "admin/mapping_check.h"
#include "base/jsonb_tree.h"
#include "core/fold.h"
#include "registry/lookup.h"
#include "registry/mapping_error.h"
#include "registry/mapping_path.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* ---- one place ---- */

static bool
same_attribute(const ScimMappedColumn *a, const ScimMappedColumn *b)
{
	return a->parsed.extension == b->parsed.extension && a->parsed.attribute == b->parsed.attribute;
}

/* Two strings of an attribute. */
static bool
same_text(const JsonbValue *a, const JsonbValue *b)
{
	return scim_is_same_folded(a->val.string.val, a->val.string.len, b->val.string.val,
							   b->val.string.len);
}

static bool
same_constant(const ScimSlotConstant *a, const ScimSlotConstant *b)
{
	if (a->value.type == jbvString && b->value.type == jbvString && !a->sub->case_exact)
		return same_text(&a->value, &b->value);
	return a->value.type == b->value.type && scim_equal(&a->value, &b->value);
}

static const ScimSlotConstant *
find_constant(List *constants, const ScimAttribute *sub)
{
	ListCell   *cell;

	foreach(cell, constants)
	{
		if (((ScimSlotConstant *) lfirst(cell))->sub == sub)
			return lfirst(cell);
	}
	return NULL;
}

/* Is there a sub-attribute that the filters of two slots want to be different? */
static bool
are_apart(List *a, List *b)
{
	ListCell   *cell;

	foreach(cell, a)
	{
		const ScimSlotConstant *constant = lfirst(cell);
		const ScimSlotConstant *other = find_constant(b, constant->sub);

		if (other && !same_constant(constant, other))
			return true;
	}
	return false;
}

/* Do the filters say the same? */
static bool
is_same_slot(List *a, List *b)
{
	ListCell   *cell;

	foreach(cell, a)
	{
		const ScimSlotConstant *constant = lfirst(cell);
		const ScimSlotConstant *other = find_constant(b, constant->sub);

		if (other == NULL || !same_constant(constant, other))
			return false;
	}
	return list_length(a) == list_length(b);
}

static bool
holds_all_elements(const ScimMappedColumn *column)
{
	return column->parsed.sub == NULL || (column->parsed.attribute->multi_valued &&
										  OidIsValid(get_base_element_type(column->base_type)));
}

static void
check_pair(Relation relation, const ScimMappedColumn *a, const ScimMappedColumn *b)
{
	List	   *a_constants;
	List	   *b_constants;

	if (!same_attribute(a, b))
		return;
	if (holds_all_elements(a) || holds_all_elements(b))
		scim_bad_mapping(relation, NULL, "%s and %s have columns for the same place", a->path,
						 b->path);
	a_constants = scim_slot_constants(&a->parsed);
	b_constants = scim_slot_constants(&b->parsed);
	if (is_same_slot(a_constants, b_constants))
	{
		if (a->parsed.sub == b->parsed.sub)
			scim_bad_mapping(relation, NULL, "%s and %s have columns for the same place", a->path,
							 b->path);
	}
	else if (!are_apart(a_constants, b_constants))
		scim_bad_mapping(relation, NULL,
						 "%s and %s could be the same element: their filters must want different "
						 "values of one sub-attribute, such as type",
						 a->path, b->path);
}

/* ---- one column ---- */

/*
 * The key that a column of the relation has already, or NULL; of attributes
 * those before "end".  Only who writes counts.
 */
static const char *
path_of(const ScimRegistration *registration, AttrNumber number, int end)
{
	for (int i = 0; i < SCIM_COLUMNS; i++)
	{
		if (registration->columns[i] && registration->numbers[i] == number &&
			!registration->read_only[i])
			return scim_column_kinds[i].key;
	}
	for (int i = 0; i < end; i++)
	{
		if (registration->mapped[i].number == number && !registration->mapped[i].read_only)
			return registration->mapped[i].path;
	}
	return NULL;
}

static void
check_columns(const ScimRegistration *registration, Relation relation)
{
	for (int i = 0; i < SCIM_COLUMNS; i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (registration->columns[i] && registration->columns[j] &&
				registration->numbers[i] == registration->numbers[j])
				scim_bad_mapping(relation,
								 get_attname(registration->relid, registration->numbers[i], false),
								 "cannot be both \"%s\" and \"%s\"", scim_column_kinds[j].key,
								 scim_column_kinds[i].key);
		}
	}
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &registration->mapped[i];
		const char *other = column->read_only ? NULL : path_of(registration, column->number, i);

		if (other)
			scim_bad_mapping(relation, get_attname(registration->relid, column->number, false),
							 "cannot be written as both %s and %s: one of them can have \"mode\": "
							 "\"read\"",
							 other, column->path);
	}
}

/* ---- codes ---- */

static bool
same_value(const ScimMappedColumn *column, const JsonbValue *a, const JsonbValue *b)
{
	if (a->type == jbvString && b->type == jbvString && !column->attribute->case_exact)
		return same_text(a, b);
	return a->type == b->type && scim_equal(a, b);
}

static void
check_codes(Relation relation, Oid relid, const ScimMappedColumn *column)
{
	if (column->read_only)
		return;
	for (int i = 0; i < column->code_count; i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (same_value(column, &column->codes[i].value, &column->codes[j].value))
				scim_bad_mapping(relation, get_attname(relid, column->number, false),
								 "has two codes for the same value of %s, \"%s\" and \"%s\": which "
								 "is to be written?",
								 column->path, column->codes[j].code, column->codes[i].code);
		}
	}
}

/* ---- what every resource has ---- */

static bool
is_kept(const ScimRegistration *registration, const ScimSchema *extension,
		const ScimAttribute *attribute, const ScimAttribute *sub)
{
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimPath *path = &registration->mapped[i].parsed;

		if (path->extension == extension && (attribute == NULL || path->attribute == attribute) &&
			(sub == NULL || path->sub == sub || path->sub == NULL))
			return true;
	}
	return false;
}

static void
check_required(const ScimRegistration *registration, Relation relation, const ScimSchema *extension,
			   const ScimAttribute *attribute)
{
	ScimPath	path = {.extension = extension, .attribute = attribute};
	const char *name = extension ? psprintf("%s:%s", extension->urn, attribute->name)
	: attribute->name;

	if (scim_is_kept_elsewhere(registration->type, &path))
		return;
	if (attribute->required && attribute->mutability != SCIM_READ_ONLY &&
		!is_kept(registration, extension, attribute, NULL))
		scim_bad_mapping(relation, NULL,
						 "%s is required of every %s: the mapping must give it a column, or have a "
						 "\"data\" column",
						 name, registration->type->name);
	if (attribute->multi_valued || !is_kept(registration, extension, attribute, NULL))
		return;
	for (const ScimAttribute *sub = attribute->sub; sub && sub->name; sub++)
	{
		if (sub->required && sub->mutability != SCIM_READ_ONLY &&
			!is_kept(registration, extension, attribute, sub))
			scim_bad_mapping(relation, NULL,
							 "%s.%s is required of every %s: the mapping must give it a column, or "
							 "have a \"data\" column",
							 name, sub->name, name);
	}
}

/* Without a document what has no column has no place. */
static void
check_kept(const ScimRegistration *registration, Relation relation)
{
	const ScimResourceType *type = registration->type;

	for (const ScimAttribute *attribute = type->schema->attributes; attribute->name; attribute++)
		check_required(registration, relation, NULL, attribute);
	for (int i = 0; type->extensions[i]; i++)
	{
		const ScimSchema *extension = type->extensions[i];

		if (!is_kept(registration, extension, NULL, NULL))
		{
			if (type->extension_required[i])
				scim_bad_mapping(relation, NULL,
								 "the extension %s is required of every %s: the mapping must give "
								 "its attributes columns, or have a \"data\" column",
								 extension->urn, type->name);
			continue;
		}
		for (const ScimAttribute *attribute = extension->attributes; attribute->name; attribute++)
			check_required(registration, relation, extension, attribute);
	}
}

void
scim_check_mapping(const ScimRegistration *registration, Relation relation)
{
	check_columns(registration, relation);
	for (int i = 0; i < registration->mapped_count; i++)
	{
		check_codes(relation, registration->relid, &registration->mapped[i]);
		for (int j = 0; j < i; j++)
			check_pair(relation, &registration->mapped[j], &registration->mapped[i]);
	}
	if (registration->columns[SCIM_COLUMN_DATA] == NULL)
		check_kept(registration, relation);
}
