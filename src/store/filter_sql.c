/*
 * filter_sql.c
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

#include "catalog/pg_type.h"
#include "core/jsonb_tree.h"
#include "errors.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "store/attribute_sql.h"
#include "store/filter_sql.h"
#include "store/fold.h"
#include "store/ids.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define EQ SQL_OP("=")

/* A compilation. */
typedef struct Compiler
{
	ScimSql    *sql;
	const ScimRegistration *registration;	/* NULL: elements are all there is */
} Compiler;

static void compile(const Compiler *compiler, const ScimFilter *filter, ScimScope scope);

static void pg_attribute_printf(2, 3)
append(const Compiler *compiler, const char *format,...)
{
	StringInfo	out = &compiler->sql->text;

	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(out, format, args);
		va_end(args);
		if (needed == 0)
			return;
		enlargeStringInfo(out, needed);
	}
}

/* ---- text ---- */

static void
append_text_value(const Compiler *compiler, ScimSqlType type, const char *value)
{
	if (type == SCIM_SQL_FOLDED)
		scim_append_argument(compiler->sql, TEXTOID,
							 PointerGetDatum(scim_fold_text(value, strlen(value))));
	else
		scim_append_text_argument(compiler->sql, value);
}

/* The value as it is compared. */
static char *
comparable(ScimSqlType type, const char *value)
{
	return type == SCIM_SQL_FOLDED ? text_to_cstring(scim_fold_text(value, strlen(value))) : pstrdup(value);
}

/*
 * The least text that is greater than all that begin with the prefix, by code
 * points: its last character that has one, with the next one in its place.
 * NULL if there is none.
 */
static char *
after_prefix(const char *prefix)
{
	char	   *end = pstrdup(prefix);
	int			length = strlen(end);

	while (length > 0)
	{
		int			start = length - 1;
		pg_wchar	next;

		while (start > 0 && ((unsigned char) end[start] & 0xC0) == 0x80)
			start--;
		next = utf8_to_unicode((unsigned char *) end + start) + 1;
		if (next == 0xD800)
			next = 0xE000;		/* surrogates are no characters */
		if (next <= 0x10FFFF)
		{
			char		last[MAX_MULTIBYTE_CHAR_LEN + 1] = {0};

			unicode_to_utf8(next, (unsigned char *) last);
			end[start] = '\0';
			return psprintf("%s%s", end, last);
		}
		length = start;
		end[length] = '\0';
	}
	return NULL;
}

/* A range where a btree may serve it; else one look at the value. */
static void
append_starts_with(const Compiler *compiler, const ScimAttributeSql *attribute, const char *value)
{
	char	   *prefix = comparable(attribute->type, value);
	char	   *end = after_prefix(prefix);

	if (attribute->json)
	{
		append(compiler, "pg_catalog.starts_with(%s, ", attribute->value);
		scim_append_text_argument(compiler->sql, prefix);
		append(compiler, ")");
		return;
	}
	append(compiler, "%s" SQL_OP(">="), attribute->value);
	scim_append_text_argument(compiler->sql, prefix);
	if (end)
	{
		append(compiler, " AND %s" SQL_OP("<"), attribute->value);
		scim_append_text_argument(compiler->sql, end);
	}
}

static void
append_ends_with(const Compiler *compiler, const ScimAttributeSql *attribute, const char *value)
{
	char	   *suffix = comparable(attribute->type, value);

	append(compiler, "pg_catalog.right(%s, ", attribute->value);
	scim_append_argument(compiler->sql, INT4OID, Int32GetDatum(pg_mbstrlen(suffix)));
	append(compiler, ")" EQ);
	scim_append_text_argument(compiler->sql, suffix);
}

/* ---- one comparison ---- */

static const char *
order_operator(ScimFilterOp op)
{
	switch (op)
	{
		case SCIM_EQ:
		case SCIM_NE:			/* which negates what it is compared by */
			return SQL_OP("=");
		case SCIM_GT:
			return SQL_OP(">");
		case SCIM_GE:
			return SQL_OP(">=");
		case SCIM_LT:
			return SQL_OP("<");
		case SCIM_LE:
			return SQL_OP("<=");
		default:
			elog(ERROR, "unexpected operator %d", op);
	}
}

static void
compare_text(const Compiler *compiler, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	switch (filter->op)
	{
		case SCIM_CO:
			append(compiler, "pg_catalog.strpos(%s, ", attribute->value);
			append_text_value(compiler, attribute->type, filter->value);
			append(compiler, ")" SQL_OP(">") "0");
			break;
		case SCIM_SW:
			append_starts_with(compiler, attribute, filter->value);
			break;
		case SCIM_EW:
			append_ends_with(compiler, attribute, filter->value);
			break;
		default:
			append(compiler, "%s%s", attribute->value, order_operator(filter->op));
			append_text_value(compiler, attribute->type, filter->value);
	}
}

/*
 * Equality by uuid, all else by its text.  An attribute that is caseExact holds
 * ids in lower case, as they are shown, and no other way.
 */
static void
compare_id(const Compiler *compiler, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	const ScimAttribute *named = filter->path.sub ? filter->path.sub : filter->path.attribute;
	ScimAttributeSql text = *attribute;
	Datum		id;

	if (filter->op == SCIM_EQ || filter->op == SCIM_NE)
	{
		if (!scim_parse_id(attribute->id_type, filter->value, &id) ||
			(named->case_exact && !scim_is_id(attribute->id_type, filter->value)))
		{
			append(compiler, "false");
			return;
		}
		append(compiler, "%s" EQ, attribute->value);
		scim_append_argument(compiler->sql, attribute->id_type->type, id);
		return;
	}
	text.type = named->case_exact ? SCIM_SQL_EXACT : SCIM_SQL_FOLDED;
	text.value = psprintf("CAST(%s AS pg_catalog.text) COLLATE pg_catalog.\"C\"", attribute->value);
	compare_text(compiler, &text, filter);
}

static void
compare_boolean(const Compiler *compiler, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	const char *value = filter->value_kind == SCIM_VALUE_TRUE ? "true" : "false";

	if (attribute->json)
		append(compiler, "%s" EQ "'%s'::pg_catalog.jsonb", attribute->json, value);
	else
		append(compiler, "%s" EQ "%s", attribute->value, value);
}

/* No number that is stored has more than 400 digits; numeric has not room for all. */
static bool
is_in_range(const char *number)
{
	const char *exponent = strpbrk(number, "eE");

	return strlen(number) <= 1000 && (exponent == NULL || labs(strtol(exponent + 1, NULL, 10)) <= 1000);
}

static void
compare_number(const Compiler *compiler, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	Datum		number;

	if (!is_in_range(filter->value))
	{
		ScimError  *error = scim_error(SCIM_INVALID_FILTER);

		scim_error_text(error, "path", filter->path.text);
		scim_error_integer(error, "position", filter->position);
		scim_throw(error, "the number that %s is compared with is out of range", filter->path.text);
	}
	number = DirectFunctionCall3(numeric_in, CStringGetDatum(filter->value),
								 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	append(compiler, "%s%s", attribute->value, order_operator(filter->op));
	scim_append_argument(compiler->sql, NUMERICOID, number);
}

/* By a function of ours that reads the value as it reads what is stored. */
static void
compare_parsed(const Compiler *compiler, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	append(compiler, "%s%s%s.%s(", attribute->value, order_operator(filter->op),
		   scim_extension_schema("scimver"),
		   attribute->type == SCIM_SQL_INSTANT ? "scim_datetime" : "scim_binary");
	scim_append_text_argument(compiler->sql, filter->value);
	append(compiler, ")");
}

/* The comparison of one value ("ne" as "eq"): true, false, or NULL. */
static void
compare_value(const Compiler *compiler, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	switch (attribute->type)
	{
		case SCIM_SQL_EXACT:
		case SCIM_SQL_FOLDED:
			compare_text(compiler, attribute, filter);
			break;
		case SCIM_SQL_ID:
			compare_id(compiler, attribute, filter);
			break;
		case SCIM_SQL_BOOLEAN:
			compare_boolean(compiler, attribute, filter);
			break;
		case SCIM_SQL_NUMBER:
			compare_number(compiler, attribute, filter);
			break;
		case SCIM_SQL_INSTANT:
		case SCIM_SQL_BINARY:
			compare_parsed(compiler, attribute, filter);
			break;
		case SCIM_SQL_COMPLEX:
			elog(ERROR, "%s cannot be compared", filter->path.text);
	}
}

/* ---- what indexes serve ---- */

/* The rows whose memberships name the id, from the indexes of the membership table. */
static void
compare_membership(const Compiler *compiler, const ScimFilter *filter)
{
	static const char *const of_group[] = {
		"SELECT m.{members.group} FROM {members.table} AS m WHERE m.{members.user}" EQ,
		"SELECT m.{members.group} FROM {members.table} AS m WHERE m.{members.subgroup}" EQ
	};
	static const char *const of_user[] = {
		"SELECT m.{members.user} FROM {members.table} AS m WHERE {is_type:m 'User'} AND m.{members.group}" EQ
	};
	const ScimRegistration *members = scim_members_table();
	bool		groups = compiler->registration->type->has_members;
	int			count = groups && members->columns[SCIM_MEMBER_SUBGROUP] ? 2 : 1;
	const ScimIdType *type = groups ? members->member_type : members->id_type;
	Datum		id;

	if (!scim_parse_id(type, filter->value, &id))
	{
		append(compiler, "false");
		return;
	}
	scim_append_template(compiler->sql, "(r.{id}" EQ "ANY (ARRAY(", compiler->registration);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			append(compiler, " UNION ALL ");
		scim_append_template(compiler->sql, groups ? of_group[i] : of_user[i], compiler->registration);
		scim_append_argument(compiler->sql, type->type, id);
		scim_append_template(compiler->sql, " AND {in_tenant:m}", compiler->registration);
	}
	append(compiler, ")))");
}

static void
append_lookup(const Compiler *compiler, const ScimAttributeSql *attribute, const char *value)
{
	append(compiler, "(r.%s OPERATOR(%s.@=) ", attribute->lookup->column, scim_extension_schema("scimver"));
	append_text_value(compiler, attribute->type, value);
	append(compiler, ")");
}

/* Takes back what was appended behind a place; parameters stay, unused. */
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
			if (attribute.from == NULL || (attribute.lookup == NULL && attribute.type != SCIM_SQL_ID))
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
				append(compiler, " AND ");
			if (append_implied(compiler, filter->right))
				return true;
			cut(compiler, end);
			return left;
		case SCIM_FILTER_OR:
			append(compiler, "(");
			if (append_implied(compiler, filter->left))
			{
				append(compiler, " OR ");
				if (append_implied(compiler, filter->right))
				{
					append(compiler, ")");
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

static void
compile_comparison(const Compiler *compiler, const ScimFilter *filter, ScimScope scope)
{
	ScimAttributeSql attribute;
	bool		negated = filter->op == SCIM_NE;

	scim_attribute_sql(&filter->path, compiler->registration, scope, &attribute);
	if (attribute.value == NULL)
		append(compiler, "%s", negated ? "true" : "false");
	else if (filter->op == SCIM_EQ && attribute.lookup && attribute.from)
		append_lookup(compiler, &attribute, filter->value);
	else if (filter->op == SCIM_EQ && attribute.from && attribute.type == SCIM_SQL_ID)
		compare_membership(compiler, filter);
	else if (attribute.from)
	{
		append(compiler, negated ? "((SELECT pg_catalog.bool_and(" : "EXISTS (SELECT FROM %s WHERE ",
			   attribute.from);
		compare_value(compiler, &attribute, filter);
		append(compiler, negated ? ") FROM %s) IS NOT TRUE)" : ")", attribute.from);
	}
	else
	{
		append(compiler, negated ? "((" : "(");
		compare_value(compiler, &attribute, filter);
		append(compiler, negated ? ") IS NOT TRUE)" : ")");
	}
}

/* attribute[filter]: of the same element.  Of a single-valued attribute it is that attribute itself. */
static void
compile_value_path(const Compiler *compiler, const ScimFilter *filter)
{
	ScimScope	scope = SCIM_OF_ROW;
	ScimAttributeSql attribute;
	char	   *from;

	if (!filter->path.attribute->multi_valued)
	{
		scim_attribute_sql(&filter->path, compiler->registration, SCIM_OF_ROW, &attribute);
		append(compiler, "(");
		if (attribute.json)		/* meta is always there */
			append(compiler, "pg_catalog.jsonb_typeof(%s)" EQ "'object' AND ", attribute.json);
		compile(compiler, filter->left, SCIM_OF_ROW);
		append(compiler, ")");
		return;
	}
	from = scim_elements_sql(&filter->path, compiler->registration, &scope);
	if (from == NULL)
	{
		append(compiler, "false");
		return;
	}
	append(compiler, "(");
	if (append_implied(compiler, filter->left))
		append(compiler, " AND ");
	append(compiler, "EXISTS (SELECT FROM %s WHERE ", from);
	compile(compiler, filter->left, scope);
	append(compiler, "))");
}

static void
compile(const Compiler *compiler, const ScimFilter *filter, ScimScope scope)
{
	check_stack_depth();
	switch (filter->kind)
	{
		case SCIM_FILTER_AND:
		case SCIM_FILTER_OR:
			append(compiler, "(");
			compile(compiler, filter->left, scope);
			append(compiler, filter->kind == SCIM_FILTER_AND ? " AND " : " OR ");
			compile(compiler, filter->right, scope);
			append(compiler, ")");
			break;
		case SCIM_FILTER_NOT:
			append(compiler, "(");
			compile(compiler, filter->left, scope);
			append(compiler, " IS NOT TRUE)");
			break;
		case SCIM_FILTER_COMPARE:
			compile_comparison(compiler, filter, scope);
			break;
		case SCIM_FILTER_PRESENT:
			append(compiler, "%s", scim_present_sql(&filter->path, compiler->registration, scope));
			break;
		case SCIM_FILTER_VALUE_PATH:
			compile_value_path(compiler, filter);
			break;
	}
}

void
scim_compile_filter(const ScimFilter *filter, const ScimRegistration *registration, ScimSql *sql)
{
	Compiler	compiler = {sql, registration};

	compile(&compiler, filter, SCIM_OF_ROW);
}

/* ---- elements of a value, for PATCH ---- */

bool *
scim_match_elements(const ScimFilter *filter, const JsonbValue *elements)
{
	ScimSql		sql;
	Compiler	compiler = {&sql, NULL};
	uint64		count;
	bool	   *matches;

	scim_init_sql(&sql, NULL, NULL, false);
	append(&compiler, "SELECT ");
	compile(&compiler, filter->kind == SCIM_FILTER_VALUE_PATH ? filter->left : filter, SCIM_OF_ELEMENT);
	append(&compiler, " FROM pg_catalog.jsonb_array_elements(");
	scim_append_argument(&sql, JSONBOID, JsonbPGetDatum(scim_write(elements)));
	append(&compiler, ") WITH ORDINALITY AS e(value, place) ORDER BY e.place");
	count = scim_run_sql(&sql, NULL);
	matches = palloc0(Max(count, 1) * sizeof(bool));
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;
		Datum		match = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		matches[i] = !isnull && DatumGetBool(match);
	}
	SPI_freetuptable(SPI_tuptable);
	return matches;
}
