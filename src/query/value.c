/*
 * value.c
 *		One value of an attribute compared with the literal of a filter (RFC 7644
 *		table 3).
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/fold.h"
#include "column/id.h"
#include "column/number.h"
#include "mb/pg_wchar.h"
#include "query/column.h"
#include "query/id.h"
#include "query/value.h"
#include "registry/extension.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define EQ SQL_OP("=")

/* ---- text ---- */

void
scim_append_text_value(ScimSql *sql, ScimSqlType type, const char *value)
{
	if (type == SCIM_SQL_FOLDED)
		scim_append_argument(sql, TEXTOID,
							 PointerGetDatum(scim_fold_text(value, strlen(value))));
	else
		scim_append_text_argument(sql, value);
}

/* The value as it is compared. */
static char *
comparable(ScimSqlType type, const char *value)
{
	return type == SCIM_SQL_FOLDED ? text_to_cstring(scim_fold_text(value, strlen(value)))
		: pstrdup(value);
}

char *
scim_after_prefix(const char *prefix)
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
append_starts_with(ScimSql *sql, const ScimAttributeSql *attribute, const char *value)
{
	char	   *prefix = comparable(attribute->type, value);
	char	   *end = scim_after_prefix(prefix);

	if (attribute->json)
	{
		scim_append_format(sql, "pg_catalog.starts_with(%s, ", attribute->value);
		scim_append_text_argument(sql, prefix);
		scim_append_format(sql, ")");
		return;
	}
	scim_append_format(sql, "%s" SQL_OP(">="), attribute->value);
	scim_append_text_argument(sql, prefix);
	if (end)
	{
		scim_append_format(sql, " AND %s" SQL_OP("<"), attribute->value);
		scim_append_text_argument(sql, end);
	}
}

static void
append_ends_with(ScimSql *sql, const ScimAttributeSql *attribute, const char *value)
{
	char	   *suffix = comparable(attribute->type, value);

	scim_append_format(sql, "pg_catalog.right(%s, ", attribute->value);
	scim_append_argument(sql, INT4OID, Int32GetDatum(pg_mbstrlen(suffix)));
	scim_append_format(sql, ")" EQ);
	scim_append_text_argument(sql, suffix);
}

/* ---- one comparison ---- */

static bool
is_equality(const ScimFilter *filter)
{
	return filter->op == SCIM_EQ || filter->op == SCIM_NE;
}

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
compare_text(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	switch (filter->op)
	{
		case SCIM_CO:
			scim_append_format(sql, "pg_catalog.strpos(%s, ", attribute->value);
			scim_append_text_value(sql, attribute->type, filter->value);
			scim_append_format(sql, ")" SQL_OP(">") "0");
			break;
		case SCIM_SW:
			append_starts_with(sql, attribute, filter->value);
			break;
		case SCIM_EW:
			append_ends_with(sql, attribute, filter->value);
			break;
		default:
			scim_append_format(sql, "%s%s", attribute->value, order_operator(filter->op));
			scim_append_text_value(sql, attribute->type, filter->value);
	}
}

/* Any spelling of an id equals it; all else goes by the text that is shown. */
static void
compare_id(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	ScimAttributeSql text = *attribute;
	ScimFilter	part = *filter;

	if (is_equality(filter))
	{
		scim_append_same_id(sql, attribute, filter->value);
		return;
	}
	text.value = psprintf("CAST(%s AS pg_catalog.text) COLLATE pg_catalog.\"C\"", attribute->value);
	text.type = SCIM_SQL_EXACT;
	part.value = scim_id_part(attribute->id_type, filter->value);
	compare_text(sql, &text, &part);
}

static void
compare_boolean(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	const char *value = filter->value_kind == SCIM_VALUE_TRUE ? "true" : "false";

	if (attribute->json)
		scim_append_format(sql, "%s" EQ "'%s'::pg_catalog.jsonb", attribute->json, value);
	else
		scim_append_format(sql, "%s" EQ "%s", attribute->value, value);
}

/* No number that is stored has more than 400 digits; numeric has not room for all. */
static bool
is_in_range(const char *number)
{
	const char *exponent = strpbrk(number, "eE");

	return strlen(number) <= 1000 &&
		(exponent == NULL || labs(strtol(exponent + 1, NULL, 10)) <= 1000);
}

static Numeric
number_of(const ScimFilter *filter)
{
	if (!is_in_range(filter->value))
	{
		ScimError  *error = scim_error(SCIM_INVALID_FILTER);

		scim_error_text(error, "path", filter->path.text);
		scim_error_integer(error, "position", filter->position);
		scim_throw(error, "the number that %s is compared with is out of range", filter->path.text);
	}
	return scim_read_number(filter->value);
}

static void
compare_number(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	scim_append_format(sql, "%s%s", attribute->value, order_operator(filter->op));
	scim_append_argument(sql, NUMERICOID, NumericGetDatum(number_of(filter)));
}

/* By a function of ours that reads the value as it reads what is stored. */
static void
compare_parsed(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	scim_append_format(sql, "%s%s%s.%s(", attribute->value, order_operator(filter->op),
					   scim_extension_schema("scimver"),
					   attribute->type == SCIM_SQL_INSTANT ? "scim_datetime" : "scim_binary");
	scim_append_text_argument(sql, filter->value);
	scim_append_format(sql, ")");
}

static JsonbValue
literal_of(const ScimFilter *filter)
{
	JsonbValue	value = {.type = jbvBool};

	switch (filter->value_kind)
	{
		case SCIM_VALUE_STRING:
			return scim_text(filter->value);
		case SCIM_VALUE_NUMBER:
			value.type = jbvNumeric;
			value.val.numeric = number_of(filter);
			return value;
		default:
			value.val.boolean = filter->value_kind == SCIM_VALUE_TRUE;
			return value;
	}
}

/* Does the mapped column compare itself? */
static bool
is_compared_by_column(const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	return attribute->type == SCIM_SQL_COLUMN || (attribute->column && is_equality(filter));
}

static void
compare_column(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	JsonbValue	literal = literal_of(filter);

	scim_compare_column(sql, attribute->column, filter->op, &literal);
}

void
scim_compare_value(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	if (is_compared_by_column(attribute, filter))
	{
		compare_column(sql, attribute, filter);
		return;
	}
	switch (attribute->type)
	{
		case SCIM_SQL_EXACT:
		case SCIM_SQL_FOLDED:
			if (attribute->uris && is_equality(filter))
				scim_append_same_uri(sql, attribute, filter->value);
			else
				compare_text(sql, attribute, filter);
			break;
		case SCIM_SQL_ID:
			compare_id(sql, attribute, filter);
			break;
		case SCIM_SQL_BOOLEAN:
			compare_boolean(sql, attribute, filter);
			break;
		case SCIM_SQL_NUMBER:
			compare_number(sql, attribute, filter);
			break;
		case SCIM_SQL_INSTANT:
		case SCIM_SQL_BINARY:
			compare_parsed(sql, attribute, filter);
			break;
		case SCIM_SQL_COLUMN:
		case SCIM_SQL_COMPLEX:
			elog(ERROR, "%s cannot be compared", filter->path.text);
	}
}

bool
scim_compare_elements(ScimSql *sql, const ScimAttributeSql *attribute, const ScimFilter *filter)
{
	JsonbValue	literal = literal_of(filter);

	return attribute->column && attribute->column->array &&
		scim_column_contains(sql, attribute->column, &literal);
}
