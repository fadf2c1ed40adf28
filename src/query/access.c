/*
 * access.c
 *		What of a resource is kept in its table.
 *
 * A created table, and one with a "data" column, has a place for all that the
 * schema has, but for what is kept elsewhere: memberships, the password, times.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_enum.h"
#include "column/type.h"
#include "column/value.h"
#include "core/schema_document.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "query/access.h"
#include "query/mapped.h"
#include "query/source.h"
#include "registry/cache.h"
#include "registry/index.h"
#include "registry/lookup.h"
#include "registry/mapping_columns.h"
#include "registry/schemas.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

static ScimAccess
access_of_column(const ScimMappedColumn *column)
{
	return column->read_only ? SCIM_SHOWN_ONLY : SCIM_AS_SCHEMA;
}

static bool
is_named(const ScimAttribute *attribute, const char *name)
{
	return attribute && strcmp(attribute->name, name) == 0;
}

/* ---- what is kept outside of the content ---- */

bool
scim_can_be_member(const ScimResourceType *type)
{
	const ScimRegistration *members = scim_find_members(scim_members_type());

	return members && scim_side_table(members, type);
}

/* Can groups of the type have members at all? */
static bool
takes_members(const ScimResourceType *type)
{
	if (!type->has_members || scim_find_members(type) == NULL)
		return false;
	for (const ScimResourceType *const *side = scim_resource_types(); *side; side++)
	{
		if (scim_can_be_member(*side))
			return true;
	}
	return false;
}

/* A user's groups come from the table of groups and its memberships. */
static bool
shows_groups(const ScimResourceType *type)
{
	return scim_can_be_member(type) && scim_find_table(scim_members_type());
}

static ScimAccess
access_elsewhere(const ScimRegistration *registration, const ScimPath *path)
{
	const ScimResourceType *type = registration->type;
	bool		there = true;

	if (is_named(path->sub, "created") && is_named(path->attribute, "meta"))
		there = registration->columns[SCIM_COLUMN_CREATED] != NULL;
	else if (is_named(path->sub, "lastModified") && is_named(path->attribute, "meta"))
		there = registration->columns[SCIM_COLUMN_LAST_MODIFIED] != NULL;
	else if (type->has_groups && is_named(path->attribute, "groups"))
		there = shows_groups(type);
	else if (type->has_members && is_named(path->attribute, "members"))
		there = takes_members(type);
	else if (type->has_password && is_named(path->attribute, "password"))
		there = registration->columns[SCIM_COLUMN_PASSWORD] != NULL;
	return there ? SCIM_AS_SCHEMA : SCIM_NOT_KEPT;
}

/* ---- columns ---- */

static ScimAccess
access_of_parts(const ScimMappedSlot *slot)
{
	ScimAccess	access = SCIM_NOT_KEPT;

	for (int i = 0; i < slot->field_count; i++)
		access = Max(access, access_of_column(slot->fields[i].column));
	return access;
}

/*
 * Elements that are made of columns alone: what the filter of a slot says must
 * be sent, too, for its columns to be meant.
 */
static ScimAccess
access_of_slots(const ScimMappedAttribute *mapped, const ScimAttribute *sub)
{
	ScimAccess	access = SCIM_NOT_KEPT;

	for (int i = 0; i < mapped->slot_count; i++)
	{
		const ScimMappedSlot *slot = &mapped->slots[i];
		const ScimMappedField *field = scim_find_mapped_field(slot->fields, slot->field_count, sub);

		if (field)
			access = Max(access, access_of_column(field->column));
		else if (sub == NULL || scim_find_mapped_constant(slot, sub))
			access = Max(access, access_of_parts(slot));
	}
	return access;
}

/*
 * Of a complex attribute of which columns hold parts; the others are in the
 * document, if there is one.
 */
static ScimAccess
access_of_complex(const ScimRegistration *registration, const ScimMappedAttribute *mapped,
				  const ScimPath *path)
{
	const ScimMappedField *field = scim_find_mapped_field(mapped->fields, mapped->field_count,
														  path->sub);
	ScimAccess	access = SCIM_NOT_KEPT;

	if (field)
		return access_of_column(field->column);
	if (path->sub)
		return registration->columns[SCIM_COLUMN_DATA] ? SCIM_AS_SCHEMA : SCIM_NOT_KEPT;
	for (const ScimAttribute *sub = path->attribute->sub; sub && sub->name; sub++)
	{
		ScimPath	inner = *path;

		inner.sub = sub;
		access = Max(access, access_of_complex(registration, mapped, &inner));
	}
	return access;
}

static ScimAccess
access_of_content(const ScimRegistration *registration, const ScimPath *path)
{
	bool		has_data = registration->columns[SCIM_COLUMN_DATA] != NULL;
	const ScimMappedAttribute *mapped;

	if (!path->extension && is_named(path->attribute, "schemas"))
		return SCIM_AS_SCHEMA;
	mapped = scim_find_mapped(registration, path);
	if (mapped && mapped->whole)
		return access_of_column(mapped->whole->column);
	if (mapped && mapped->field_count > 0)
		return access_of_complex(registration, mapped, path);
	if (has_data)
		return SCIM_AS_SCHEMA;
	return mapped ? access_of_slots(mapped, path->sub) : SCIM_NOT_KEPT;
}

ScimAccess
scim_access(const ScimRegistration *registration, const ScimPath *path)
{
	ScimAccess	access = SCIM_NOT_KEPT;

	if (path->attribute)
		return scim_is_kept_elsewhere(registration->type, path)
			? access_elsewhere(registration, path)
			: access_of_content(registration, path);
	for (const ScimAttribute *attribute = path->extension->attributes; attribute->name; attribute++)
	{
		ScimPath	inner = {.extension = path->extension, .attribute = attribute};

		access = Max(access, scim_access(registration, &inner));
	}
	return access;
}

/* ---- what the table asks of values ---- */

static bool
needs_column(const ScimRegistration *registration, const ScimMappedField *field)
{
	const ScimMappedNull *null = &scim_mapped_plan(registration)->nulls[field->index];

	return !field->column->read_only && null->not_null && !null->has_default &&
		!scim_column_takes_none(field->column);
}

static bool
needs_password(const ScimRegistration *registration)
{
	const ScimMappedNull *null = &scim_mapped_plan(registration)->password;

	return null->not_null && !null->has_default;
}

/* "sub" NULL: any of them. */
static bool
needs_field(const ScimRegistration *registration, const ScimMappedField *fields, int count,
			const ScimAttribute *sub)
{
	for (int i = 0; i < count; i++)
	{
		if ((sub == NULL || strcmp(fields[i].name, sub->name) == 0) &&
			needs_column(registration, &fields[i]))
			return true;
	}
	return false;
}

bool
scim_needs_value(const ScimRegistration *registration, const ScimPath *path)
{
	const ScimMappedAttribute *mapped;
	bool		needed;

	if (scim_is_kept_elsewhere(registration->type, path))
		return is_named(path->attribute, "password") && needs_password(registration);
	mapped = scim_find_mapped(registration, path);
	if (mapped == NULL)
		return false;
	if (mapped->whole)
		return path->sub == NULL && needs_column(registration, mapped->whole);
	needed = needs_field(registration, mapped->fields, mapped->field_count, path->sub);
	for (int i = 0; i < mapped->slot_count && !needed; i++)
		needed = needs_field(registration, mapped->slots[i].fields, mapped->slots[i].field_count,
							 path->sub);
	return needed;
}

/*
 * The columns of the attribute, if they hold all that there is of it: List of
 * ScimMappedColumn, else NIL.
 */
static List *
all_columns(const ScimRegistration *registration, const ScimPath *path)
{
	const ScimMappedAttribute *mapped;

	if (scim_is_kept_elsewhere(registration->type, path))
		return NIL;
	mapped = scim_find_mapped(registration, path);
	if (mapped == NULL || (mapped->slot_count > 0 && registration->columns[SCIM_COLUMN_DATA]))
		return NIL;
	return scim_columns_of(path, registration);
}

static bool
is_simple(const Node *condition)
{
	return IsA(condition, NullTest) ||
		(IsA(condition, BooleanTest) &&
		 ((const BooleanTest *) condition)->booltesttype == IS_NOT_TRUE);
}

/*
 * Does an index, on conditions of the column and the mark alone, leave out no
 * more rows than those without a value, or marked as deleted?
 */
static bool
is_complete(Oid index)
{
	Relation	relation = index_open(index, AccessShareLock);
	ListCell   *cell;
	bool		result = true;

	foreach(cell, RelationGetIndexPredicate(relation))
		result &= is_simple(lfirst(cell));
	index_close(relation, NoLock);
	return result;
}

bool
scim_is_kept_unique(const ScimRegistration *registration, const ScimPath *path)
{
	List	   *columns = all_columns(registration, path);
	const ScimMappedColumn *column = list_length(columns) == 1 ? linitial(columns) : NULL;
	Relation	relation;
	Oid			index;

	/* a part of the values of a multi-valued attribute has no uniqueness */
	if (column == NULL || path->attribute->multi_valued || scim_is_json_column(column) ||
		scim_value_type(column)->is_array ||
		!scim_can_be_unique((path->sub ? path->sub : path->attribute)->type))
		return false;
	relation = table_open(registration->relid, AccessShareLock);
	index = scim_unique_index_of(registration, column, relation);
	table_close(relation, NoLock);
	return OidIsValid(index) && is_complete(index);
}

bool
scim_is_compared_exactly(const ScimRegistration *registration, const ScimPath *path)
{
	List	   *columns = all_columns(registration, path);
	ListCell   *cell;

	foreach(cell, columns)
	{
		const ScimMappedColumn *column = lfirst(cell);

		if (column->attribute != (path->sub ? path->sub : path->attribute) ||
			column->compare != SCIM_COMPARE_EXACT || !scim_has_compare(column) ||
			!get_collation_isdeterministic(column->collation))
			return false;
	}
	return columns != NIL;
}

/* Strings, each once. */
typedef struct Values
{
	const char **texts;
	int			count;
	int			capacity;
} Values;

static void
add_value(Values *values, const char *text)
{
	for (int i = 0; i < values->count; i++)
	{
		if (strcmp(values->texts[i], text) == 0)
			return;
	}
	/* one more for the NULL at the end */
	if (values->count + 1 >= values->capacity)
	{
		values->capacity = 2 * values->capacity + 8;
		values->texts = values->texts ? repalloc(values->texts, values->capacity * sizeof(char *)) :
			palloc(values->capacity * sizeof(char *));
	}
	values->texts[values->count++] = text;
	values->texts[values->count] = NULL;
}

static int
compare_labels(const void *a, const void *b)
{
	float4		x = ((Form_pg_enum) GETSTRUCT(*(const HeapTuple *) a))->enumsortorder;
	float4		y = ((Form_pg_enum) GETSTRUCT(*(const HeapTuple *) b))->enumsortorder;

	return (x > y) - (x < y);
}

/* The labels of an enum, in their order. */
static void
add_labels(Values *values, Oid type)
{
	CatCList   *list = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(type));
	int			count = list->n_members;
	HeapTuple  *labels = palloc(count * sizeof(HeapTuple));

	for (int i = 0; i < count; i++)
		labels[i] = &list->members[i]->tuple;
	qsort(labels, count, sizeof(HeapTuple), compare_labels);
	for (int i = 0; i < count; i++)
		add_value(values, pstrdup(NameStr(((Form_pg_enum) GETSTRUCT(labels[i]))->enumlabel)));
	ReleaseSysCacheList(list);
}

/*
 * The values that the codes of a column stand for, or of an enum; false: it has
 * none, and takes others.
 */
static bool
add_codes(Values *values, const ScimMappedColumn *column)
{
	const ScimValueType *type = scim_value_type(column);

	if (column->code_count == 0 && type->storage == SCIM_STORAGE_ENUM)
	{
		add_labels(values, type->type);
		return true;
	}
	for (int i = 0; i < column->code_count; i++)
	{
		if (column->codes[i].value.type == jbvString)
			add_value(values, scim_string_copy(&column->codes[i].value));
	}
	return column->code_count > 0;
}

static bool
add_of_slots(Values *values, const ScimMappedAttribute *mapped, const ScimAttribute *sub)
{
	for (int i = 0; i < mapped->slot_count; i++)
	{
		const ScimMappedSlot *slot = &mapped->slots[i];
		const ScimMappedField *field = scim_find_mapped_field(slot->fields, slot->field_count, sub);
		const ScimMappedConstant *constant = scim_find_mapped_constant(slot, sub);

		if (field && !add_codes(values, field->column))
			return false;
		if (constant && constant->value.type == jbvString)
			add_value(values, scim_string_copy(&constant->value));
	}
	return true;
}

/* As the schema lists them, without those types whose resources cannot be members here. */
static void
add_member_types(Values *values, const ScimAttribute *attribute)
{
	const char *const *names = attribute->type == SCIM_REFERENCE ? attribute->reference_types
	: attribute->canonical_values;

	for (; names && *names; names++)
	{
		const ScimResourceType *type = scim_resource_type(*names);

		if (type == NULL || scim_can_be_member(type))
			add_value(values, *names);
	}
}

const char *const *
scim_only_values(const ScimRegistration *registration, const ScimPath *path)
{
	const ScimAttribute *leaf = path->sub ? path->sub : path->attribute;
	const ScimMappedAttribute *mapped;
	const ScimMappedField *field;
	Values		values = {NULL};
	bool		all = false;

	if (registration->type->has_members && !path->extension &&
		is_named(path->attribute, "members") && path->sub)
		add_member_types(&values, path->sub);
	if (values.count > 0 || leaf->type != SCIM_STRING)
		return values.texts;
	mapped = scim_find_mapped(registration, path);
	if (mapped == NULL)
		return NULL;
	field = path->sub ? scim_find_mapped_field(mapped->fields, mapped->field_count, path->sub)
		: mapped->whole;
	if (field)
		all = add_codes(&values, field->column);
	else if (path->sub && mapped->slot_count > 0 && registration->columns[SCIM_COLUMN_DATA] == NULL)
		all = add_of_slots(&values, mapped, path->sub);
	return all ? values.texts : NULL;
}

/* ---- filters and orders ---- */

const char *
scim_lacks(const ScimRegistration *registration, const ScimPath *path)
{
	if (scim_access(registration, path) != SCIM_NOT_KEPT)
		return NULL;
	return scim_phrase("%s has no place in table %s, so that no %s has it", path->text,
					   registration->table, registration->type->name);
}

static SCIM_NORETURN void throw_not_kept(const ScimRegistration *registration, const ScimPath *path,
										 int position);

/* "position" 0: there is none. */
static void
throw_not_kept(const ScimRegistration *registration, const ScimPath *path, int position)
{
	ScimError  *error = scim_error(SCIM_NO_PLACE_TO_SEARCH);

	scim_error_text(error, "path", path->text);
	if (position > 0)
		scim_error_integer(error, "position", position);
	scim_throw(error, "%-s%-s", scim_lacks(registration, path),
			   position > 0 ? psprintf(" (at position %d)", position) : "");
}

void
scim_check_sort_access(const ScimRegistration *registration, const ScimPath *path)
{
	if (scim_access(registration, path) == SCIM_NOT_KEPT)
		throw_not_kept(registration, path, 0);
}

void
scim_check_filter_access(const ScimRegistration *registration, const ScimFilter *filter)
{
	check_stack_depth();
	if (filter->path.attribute &&
		scim_access(registration, &filter->path) == SCIM_NOT_KEPT)
		throw_not_kept(registration, &filter->path, filter->position);
	if (filter->left)
		scim_check_filter_access(registration, filter->left);
	if (filter->right)
		scim_check_filter_access(registration, filter->right);
}
