/*
 * filter.c
 *		Filters (RFC 7644 section 3.4.2.2) as conditions in SQL.
 *
 * Every condition comes out as true or as something else (false or NULL), and
 * what negates it asks IS NOT TRUE.  Values are parameters.  Of a multi-valued
 * attribute any value may match; "ne" is true where a value differs, or where
 * there is none.
 *
 * What an index is to serve stands in the text as a comparison of a plain
 * column by an operator that is leakproof, so that it can go before the
 * policies of row level security.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/id.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "query/access.h"
#include "query/attribute.h"
#include "query/filter.h"
#include "query/mapped.h"
#include "query/value.h"
#include "registry/cache.h"
#include "registry/extension.h"
#include "utils/memutils.h"

#define EQ SQL_OP("=")

/* A compilation. */
typedef struct Compiler
{
	ScimSql    *sql;
	const ScimRegistration *registration;	/* NULL: elements are all there is */
	const ScimMappedSlot *slot; /* of SCIM_OF_SLOT */
} Compiler;

static void compile(const Compiler *compiler, const ScimFilter *filter, ScimScope scope);

static void compile_comparison(const Compiler *compiler, const ScimFilter *filter, ScimScope scope);

/* ---- what indexes serve ---- */

/* The rows whose memberships name the id, from the indexes of the membership table. */
static void
compare_membership(const Compiler *compiler, const ScimFilter *filter)
{
	static const char *const of_group[] = {
		"SELECT m.{members.group} FROM {members.table} AS m WHERE m.{members.user}" EQ,
		"SELECT m.{members.group} FROM {members.table} AS m WHERE m.{members.subgroup}" EQ
	};
	static const char *const of_user[] = {"SELECT m.{members.user} FROM {members.table} AS m WHERE "
	"{is_type:m 'User'} AND m.{members.group}" EQ};
	const ScimRegistration *members = scim_members_table();
	bool		groups = compiler->registration->type->has_members;
	int			count = groups && members->columns[SCIM_MEMBER_SUBGROUP] ? 2 : 1;
	const ScimIdType *type = groups ? members->member_type : members->id_type;
	Datum		id;

	if (!scim_parse_id(type, filter->value, &id))
	{
		scim_append_format(compiler->sql, "false");
		return;
	}
	scim_append_template(compiler->sql, "(r.{id}" EQ "ANY (ARRAY(", compiler->registration);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			scim_append_format(compiler->sql, " UNION ALL ");
		scim_append_template(compiler->sql, groups ? of_group[i] : of_user[i],
							 compiler->registration);
		scim_append_argument(compiler->sql, type->type, id);
		scim_append_template(compiler->sql, " AND {in_tenant:m}", compiler->registration);
	}
	scim_append_format(compiler->sql, ")))");
}

static void
append_lookup(const Compiler *compiler, const ScimAttributeSql *attribute, const char *value)
{
	scim_append_format(compiler->sql, "(r.%s OPERATOR(%s.@=) ", attribute->lookup->column,
					   scim_extension_schema("scimver"));
	scim_append_text_value(compiler->sql, attribute->type, value);
	scim_append_format(compiler->sql, ")");
}

/* Takes back what was appended behind some length; parameters stay, unused. */
static void
cut(const Compiler *compiler, int length)
{
	compiler->sql->text.len = length;
	compiler->sql->text.data[length] = '\0';
}

/*
 * Appends what a filter on elements implies for the row, as far as indexes can
 * tell: equality of a sub-attribute that has a lookup column, and of members and
 * groups.  False, and nothing appended, if there is no such thing.
 */
static bool
append_implied(const Compiler *compiler, const ScimFilter *filter)
{
	int			start = compiler->sql->text.len;
	ScimAttributeSql attribute;
	bool		left;
	int			end;

	check_stack_depth();
	switch (filter->kind)
	{
		case SCIM_FILTER_COMPARE:
			if (filter->op != SCIM_EQ)
				return false;
			scim_attribute_sql(&filter->path, compiler->registration, SCIM_OF_ROW, &attribute);
			if (attribute.column)
			{
				compile_comparison(compiler, filter, SCIM_OF_ROW);
				return true;
			}
			if (attribute.from == NULL ||
				(attribute.lookup == NULL && attribute.type != SCIM_SQL_ID))
				return false;
			if (attribute.lookup)
				append_lookup(compiler, &attribute, filter->value);
			else
				compare_membership(compiler, filter);
			return true;
		case SCIM_FILTER_AND:
			left = append_implied(compiler, filter->left);
			end = compiler->sql->text.len;
			if (left)
				scim_append_format(compiler->sql, " AND ");
			if (append_implied(compiler, filter->right))
				return true;
			cut(compiler, end);
			return left;
		case SCIM_FILTER_OR:
			scim_append_format(compiler->sql, "(");
			if (append_implied(compiler, filter->left))
			{
				scim_append_format(compiler->sql, " OR ");
				if (append_implied(compiler, filter->right))
				{
					scim_append_format(compiler->sql, ")");
					return true;
				}
			}
			cut(compiler, start);
			return false;
		default:
			return false;
	}
}

/* ---- conditions ---- */

/* The attribute, in the scope. */
static void
find_attribute(const Compiler *compiler, const ScimPath *path, ScimScope scope,
			   ScimAttributeSql *attribute)
{
	if (scope == SCIM_OF_SLOT)
		scim_slot_attribute_sql(path, compiler->slot, attribute);
	else
		scim_attribute_sql(path, compiler->registration, scope, attribute);
}

/* One of the values of a source matches. */
static void
match_source(const Compiler *compiler, const ScimAttributeSql *source, const ScimFilter *filter)
{
	ScimSql    *sql = compiler->sql;

	if (filter->op == SCIM_EQ && source->lookup && source->from)
		append_lookup(compiler, source, filter->value);
	else if (filter->op == SCIM_EQ && source->from && source->type == SCIM_SQL_ID)
		compare_membership(compiler, filter);
	else if (filter->op == SCIM_EQ && source->from && scim_compare_elements(sql, source, filter))
		return;
	else
	{
		if (source->from)
			scim_append_format(sql, "EXISTS (SELECT FROM %s WHERE ", source->from);
		else
			scim_append_format(sql, "(");
		scim_compare_value(sql, source, filter);
		scim_append_format(sql, ")");
	}
}

/* Whether all values of a source are the same as the literal; NULL: there is none. */
static void
append_all_same(const Compiler *compiler, const ScimAttributeSql *source, const ScimFilter *filter)
{
	ScimSql    *sql = compiler->sql;

	if (source->from)
	{
		scim_append_format(sql, "(SELECT pg_catalog.bool_and(");
		scim_compare_value(sql, source, filter);
		scim_append_format(sql, ") FROM %s%s%s)", source->from, source->present ? " WHERE " : "",
						   source->present ? source->present : "");
		return;
	}
	/* what is no value of the attribute is not another one either */
	if (source->present)
		scim_append_format(sql, "CASE WHEN %s THEN ", source->present);
	scim_append_format(sql, "(");
	scim_compare_value(sql, source, filter);
	scim_append_format(sql, source->present ? ") END" : ")");
}

/* "ne": not all values are the same, or there is none. */
static void
compile_difference(const Compiler *compiler, const ScimAttributeSql *first,
				   const ScimFilter *filter)
{
	ScimSql    *sql = compiler->sql;

	if (first->next == NULL && first->from == NULL)
	{
		scim_append_format(sql, "((");
		scim_compare_value(sql, first, filter);
		scim_append_format(sql, ") IS NOT TRUE)");
	}
	else if (first->next == NULL)
	{
		scim_append_format(sql, "(");
		append_all_same(compiler, first, filter);
		scim_append_format(sql, " IS NOT TRUE)");
	}
	else
	{
		scim_append_format(sql, "((SELECT pg_catalog.bool_and(v.same) FROM (VALUES ");
		for (const ScimAttributeSql *source = first; source; source = source->next)
		{
			scim_append_format(sql, source == first ? "(" : ", (");
			append_all_same(compiler, source, filter);
			scim_append_format(sql, ")");
		}
		scim_append_format(sql, ") AS v(same)) IS NOT TRUE)");
	}
}

static void
compile_comparison(const Compiler *compiler, const ScimFilter *filter, ScimScope scope)
{
	ScimAttributeSql attribute;

	find_attribute(compiler, &filter->path, scope, &attribute);
	if (attribute.value == NULL)
		scim_append_format(compiler->sql, "%s", filter->op == SCIM_NE ? "true" : "false");
	else if (filter->op == SCIM_NE)
		compile_difference(compiler, &attribute, filter);
	else if (attribute.next == NULL)
		match_source(compiler, &attribute, filter);
	else
	{
		scim_append_format(compiler->sql, "(");
		for (const ScimAttributeSql *source = &attribute; source; source = source->next)
		{
			scim_append_format(compiler->sql, source == &attribute ? "" : " OR ");
			match_source(compiler, source, filter);
		}
		scim_append_format(compiler->sql, ")");
	}
}

/* attribute[filter] of a single-valued attribute is that attribute itself. */
static void
compile_single(const Compiler *compiler, const ScimFilter *filter)
{
	char	   *there = scim_object_sql(&filter->path, compiler->registration);

	scim_append_format(compiler->sql, "(");
	if (there)
		scim_append_format(compiler->sql, "%s AND ", there);
	compile(compiler, filter->left, SCIM_OF_ROW);
	scim_append_format(compiler->sql, ")");
}

/*
 * attribute[filter] of elements that are made of columns, each by itself, and
 * of those in the document.
 */
static void
compile_slots(const Compiler *compiler, const ScimFilter *filter, const ScimMappedAttribute *mapped)
{
	ScimSql    *sql = compiler->sql;
	Compiler	inner = *compiler;
	char	   *others = scim_data_elements_sql(&filter->path, compiler->registration);

	scim_append_format(sql, "(");
	for (int i = 0; i < mapped->slot_count; i++)
	{
		inner.slot = &mapped->slots[i];
		scim_append_format(sql, "%s(%s AND ", i > 0 ? " OR " : "",
						   scim_slot_exists_sql(inner.slot));
		compile(&inner, filter->left, SCIM_OF_SLOT);
		scim_append_format(sql, ")");
	}
	if (others)
	{
		scim_append_format(sql, " OR EXISTS (SELECT FROM %s WHERE ", others);
		compile(compiler, filter->left, SCIM_OF_ELEMENT);
		scim_append_format(sql, ")");
	}
	scim_append_format(sql, ")");
}

/* attribute[filter]: of the same element. */
static void
compile_value_path(const Compiler *compiler, const ScimFilter *filter)
{
	const ScimMappedAttribute *mapped;
	ScimScope	scope = SCIM_OF_ROW;
	char	   *from;

	if (!filter->path.attribute->multi_valued)
	{
		compile_single(compiler, filter);
		return;
	}
	mapped = scim_mapped_slots(&filter->path, compiler->registration, filter->left);
	if (mapped)
	{
		compile_slots(compiler, filter, mapped);
		return;
	}
	from = scim_elements_sql(&filter->path, compiler->registration, &scope);
	if (from == NULL)
	{
		scim_append_format(compiler->sql, "false");
		return;
	}
	scim_append_format(compiler->sql, "(");
	if (append_implied(compiler, filter->left))
		scim_append_format(compiler->sql, " AND ");
	scim_append_format(compiler->sql, "EXISTS (SELECT FROM %s WHERE ", from);
	compile(compiler, filter->left, scope);
	scim_append_format(compiler->sql, "))");
}

static char *
present_sql(const Compiler *compiler, const ScimPath *path, ScimScope scope)
{
	return scope == SCIM_OF_SLOT ? scim_slot_present_sql(path, compiler->slot) :
		scim_present_sql(path, compiler->registration, scope);
}

static void
compile(const Compiler *compiler, const ScimFilter *filter, ScimScope scope)
{
	check_stack_depth();
	switch (filter->kind)
	{
		case SCIM_FILTER_AND:
		case SCIM_FILTER_OR:
			scim_append_format(compiler->sql, "(");
			compile(compiler, filter->left, scope);
			scim_append_format(compiler->sql, filter->kind == SCIM_FILTER_AND ? " AND " : " OR ");
			compile(compiler, filter->right, scope);
			scim_append_format(compiler->sql, ")");
			break;
		case SCIM_FILTER_NOT:
			scim_append_format(compiler->sql, "(");
			compile(compiler, filter->left, scope);
			scim_append_format(compiler->sql, " IS NOT TRUE)");
			break;
		case SCIM_FILTER_COMPARE:
			compile_comparison(compiler, filter, scope);
			break;
		case SCIM_FILTER_PRESENT:
			scim_append_format(compiler->sql, "%s", present_sql(compiler, &filter->path, scope));
			break;
		case SCIM_FILTER_VALUE_PATH:
			compile_value_path(compiler, filter);
			break;
		case SCIM_FILTER_NEVER:
			scim_append_format(compiler->sql, "false");
			break;
		case SCIM_FILTER_ALWAYS:
			scim_append_format(compiler->sql, "true");
			break;
	}
}

void
scim_compile_filter(const ScimFilter *filter, const ScimRegistration *registration, ScimSql *sql)
{
	Compiler	compiler = {sql, registration};

	scim_check_filter_access(registration, filter);
	compile(&compiler, filter, SCIM_OF_ROW);
}

/* ---- elements of a value, for PATCH ---- */

static bool *
match_elements(const ScimFilter *filter, const JsonbValue *elements, ScimScope scope)
{
	ScimSql		sql;
	Compiler	compiler = {&sql, NULL};
	uint64		count;
	bool	   *matches;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "scimver value filter",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	/* a patch may have a thousand filters, and each of them all the values at hand */
	scim_init_sql(&sql, NULL, NULL, false);
	scim_append_format(&sql, "SELECT ");
	compile(&compiler, filter->kind == SCIM_FILTER_VALUE_PATH ? filter->left : filter, scope);
	scim_append_format(&sql, " FROM pg_catalog.jsonb_array_elements(");
	scim_append_argument(&sql, JSONBOID, JsonbPGetDatum(scim_write(elements)));
	scim_append_format(&sql, ") WITH ORDINALITY AS e(value, place) ORDER BY e.place");
	count = scim_run_sql(&sql, NULL);
	MemoryContextSwitchTo(old);
	matches = palloc0(Max(count, 1) * sizeof(bool));
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;
		Datum		match = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		matches[i] = !isnull && DatumGetBool(match);
	}
	SPI_freetuptable(SPI_tuptable);
	MemoryContextDelete(context);
	return matches;
}

bool *
scim_match_elements(const ScimFilter *filter, const JsonbValue *elements)
{
	return match_elements(filter, elements, SCIM_OF_ELEMENT);
}

bool *
scim_match_shown_members(const ScimFilter *filter, const JsonbValue *elements)
{
	return match_elements(filter, elements, SCIM_OF_MEMBER);
}
