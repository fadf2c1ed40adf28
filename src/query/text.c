/*
 * text.c
 *		Comparing text in mapped columns, and what is compared by its text: labels
 *		of enums, whole numbers, UUIDs, addresses, days.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "column/fold.h"
#include "column/text.h"
#include "column/type.h"
#include "query/bound.h"
#include "query/text.h"
#include "registry/extension.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#define EQ SQL_OP("=")
#define SIGMA "\317\203"
#define FINAL_SIGMA "\317\202"
#define COLLATED " COLLATE pg_catalog.\"C\""

/*
 * Of what is no text no mapping says how it is compared: equality by value, and
 * the rest as the attribute is.
 */
static ScimCompare
compare_of(const ScimColumnSql *column)
{
	if (column->comparison != SCIM_COMPARED_BY_TEXT)
		return column->column->compare;
	return column->column->attribute->case_exact ||
		column->column->attribute->type == SCIM_REFERENCE
		? SCIM_COMPARE_EXACT
		: SCIM_COMPARE_FOLD;
}

/* Is text of the column compared by operators of its type's own, as citext is? */
static bool
is_foreign_text(const ScimValueType *type)
{
	return type->storage == SCIM_STORAGE_TEXT && type->type != TEXTOID && type->type != VARCHAROID;
}

bool
scim_is_loose(const ScimColumnSql *column)
{
	Oid			collation = column->column->collation;

	return column->comparison == SCIM_COMPARED_AS_TEXT && OidIsValid(collation) &&
		!get_collation_isdeterministic(collation);
}

/*
 * The collation by which text of the column becomes lower case: citext asks the
 * database's, whatever the column's.
 */
static Oid
lower_collation(const ScimColumnSql *column)
{
	Oid			collation = column->column->collation;

	return OidIsValid(collation) && !is_foreign_text(scim_value_type(column->column))
		? collation
		: DEFAULT_COLLATION_OID;
}

/* ---- texts ---- */

/* The text of a value that is one, as scim_value_text has it. */
static char *
cast_text(const ScimColumnSql *column)
{
	const ScimValueType *type = scim_value_type(column->column);
	const char *value = column->value;

	switch (type->storage)
	{
		case SCIM_STORAGE_ADDRESS:
			if (type->type == INETOID)
				return psprintf("pg_catalog.abbrev(%s)", value);
			break;
		case SCIM_STORAGE_DATE:
			return psprintf("pg_catalog.to_char(CAST(%s AS pg_catalog.timestamp), 'YYYY-MM-DD')",
							value);
		case SCIM_STORAGE_TIMESTAMPTZ:
			value = psprintf("pg_catalog.timezone('UTC', %s)", value);
			/* FALLTHROUGH */
		case SCIM_STORAGE_TIMESTAMP:
			return psprintf("pg_catalog.concat(pg_catalog.rtrim(pg_catalog.rtrim(pg_catalog.to_"
							"char(%s,"
							" 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0'), '.'), 'Z')",
							value);
		case SCIM_STORAGE_TEXT:
			if (type->type == TEXTOID)
				return pstrdup(value);
			break;
		default:
			break;
	}
	return psprintf("CAST(%s AS pg_catalog.text)", value);
}

char *
scim_text_sql(const ScimColumnSql *column)
{
	char	   *text = cast_text(column);

	if (column->comparison != SCIM_COMPARED_BY_TEXT || !scim_is_bounded(column))
		return text;
	return psprintf("CASE WHEN %s THEN %s END", scim_bound_present_sql(column), text);
}

/* The text as it is compared. */
static char *
text_sql(const ScimColumnSql *column, ScimCompare compare)
{
	char	   *text = scim_text_sql(column);

	if (compare == SCIM_COMPARE_LOWER)
		text = psprintf("pg_catalog.lower(%s%s)", text,
						lower_collation(column) == column->column->collation
						? ""
						: " COLLATE pg_catalog.\"default\"");
	else if (compare == SCIM_COMPARE_FOLD)
		text = psprintf("%s.scim_fold(%s)", scim_extension_schema("scimver"), text);
	return column->comparison == SCIM_COMPARED_BY_TEXT ? psprintf("(%s" COLLATED ")", text) : text;
}

char *
scim_compared_text_sql(const ScimColumnSql *column)
{
	return text_sql(column, compare_of(column));
}

/* The literal as it is compared. */
static char *
text_literal(const ScimColumnSql *column, ScimCompare compare, const char *literal)
{
	if (compare == SCIM_COMPARE_LOWER)
		return str_tolower(literal, strlen(literal), lower_collation(column));
	if (compare == SCIM_COMPARE_FOLD)
		return text_to_cstring(scim_fold_text(literal, strlen(literal)));
	return pstrdup(literal);
}

/* A pattern for LIKE, so that an index of patterns or of trigrams may serve. */
static char *
like_pattern(ScimFilterOp op, const char *literal)
{
	StringInfoData pattern;

	initStringInfo(&pattern);
	if (op != SCIM_SW)
		appendStringInfoChar(&pattern, '%');
	for (const char *p = literal; *p; p++)
	{
		if (strchr("\\%_", *p))
			appendStringInfoChar(&pattern, '\\');
		appendStringInfoChar(&pattern, *p);
	}
	if (op != SCIM_EW)
		appendStringInfoChar(&pattern, '%');
	return pattern.data;
}

/* Would empty text match, which is no value? */
static bool
takes_empty(ScimFilterOp op, const char *literal)
{
	if (op == SCIM_LT)
		return *literal != '\0';
	return op == SCIM_LE || (op != SCIM_GT && *literal == '\0');
}

/*
 * lower() writes a sigma at the end of a word in another way: parts of words
 * are found where all are written in one.
 */
static char *
one_sigma(char *text, char *literal)
{
	bool		found = false;

	for (char *p = literal; *p; p++)
	{
		if (strncmp(p, SIGMA, strlen(SIGMA)) == 0 ||
			strncmp(p, FINAL_SIGMA, strlen(FINAL_SIGMA)) == 0)
		{
			memcpy(p, SIGMA, strlen(SIGMA));
			found = true;
		}
	}
	return found ? psprintf("pg_catalog.translate(%s, '" FINAL_SIGMA "', '" SIGMA "')", text)
		: text;
}

static void
append_like(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op, ScimCompare compare,
			const char *literal)
{
	char	   *text = text_sql(column, compare);
	char	   *wanted = text_literal(column, compare, literal);

	if (compare == SCIM_COMPARE_LOWER)
		text = one_sigma(text, wanted);
	/* patterns know no collation that takes different texts for the same */
	appendStringInfo(&sql->text, "%s%s" SQL_OP("~~"), text, scim_is_loose(column) ? COLLATED : "");
	scim_append_text_argument(sql, like_pattern(op, wanted));
}

void
scim_append_same_text(ScimSql *sql, const ScimColumnSql *column, const char *literal)
{
	appendStringInfo(&sql->text, " AND %s" COLLATED EQ, text_sql(column, SCIM_COMPARE_FOLD));
	scim_append_text_argument(sql, text_literal(column, SCIM_COMPARE_FOLD, literal));
}

/* How parts of the text are compared, so that they are found in all that is equal. */
static ScimCompare
compare_of_parts(const ScimColumnSql *column)
{
	ScimCompare compare = compare_of(column);

	if (scim_is_loose(column))
		return SCIM_COMPARE_FOLD;
	return compare == SCIM_COMPARE_EXACT && is_foreign_text(scim_value_type(column->column))
		? SCIM_COMPARE_LOWER
		: compare;
}

void
scim_compare_text(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op, const char *literal)
{
	const ScimValueType *type = scim_value_type(column->column);
	ScimCompare compare = compare_of(column);
	bool		own = compare == SCIM_COMPARE_EXACT;
	Datum		value;

	if (scim_is_equality(op) && *literal == '\0')
		appendStringInfoString(&sql->text, "false");
	else if (op == SCIM_CO || op == SCIM_SW || op == SCIM_EW)
		append_like(sql, column, op, compare_of_parts(column), literal);
	else if (own && scim_is_equality(op))
	{
		if (scim_parse_value(type, literal, &value) != NULL)
			appendStringInfoString(&sql->text, "false");
		else
			scim_append_comparison(sql, column->value, op, type->type, value);
	}
	else if (own && type->storage == SCIM_STORAGE_TEXT)
		scim_append_comparison(sql, column->value, op, type->type, CStringGetTextDatum(literal));
	else
		scim_append_comparison(sql, text_sql(column, compare), op, TEXTOID,
							   CStringGetTextDatum(text_literal(column, compare, literal)));
	if (!scim_is_equality(op) && takes_empty(op, literal))
		appendStringInfo(&sql->text, " AND %s" SQL_OP("<>") "''", scim_text_sql(column));
}

/* ---- what is compared by its text ---- */

static bool
is_same_text(const ScimColumnSql *column, const char *a, const char *b)
{
	ScimCompare compare = compare_of(column);

	return strcmp(text_literal(column, compare, a), text_literal(column, compare, b)) == 0;
}

/* The labels of an enum that are the literal. */
static void
append_labels(ScimSql *sql, const ScimColumnSql *column, const char *literal)
{
	const ScimValueType *type = scim_value_type(column->column);
	CatCList   *labels = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(type->type));
	Datum	   *found = palloc(Max(labels->n_members, 1) * sizeof(Datum));
	int			count = 0;

	for (int i = 0; i < labels->n_members; i++)
	{
		Form_pg_enum label = (Form_pg_enum) GETSTRUCT(&labels->members[i]->tuple);

		if (is_same_text(column, NameStr(label->enumlabel), literal) &&
			scim_parse_value(type, NameStr(label->enumlabel), &found[count]) == NULL)
			count++;
	}
	ReleaseSysCacheList(labels);
	scim_append_any(sql, column->value, type, found, count);
}

void
scim_compare_by_text(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
					 const char *literal)
{
	const ScimValueType *type = scim_value_type(column->column);
	ScimCompare compare = compare_of(column);
	Datum		value;

	if (op == SCIM_CO || op == SCIM_SW || op == SCIM_EW)
		append_like(sql, column, op, compare, literal);
	else if (!scim_is_equality(op))
		scim_append_comparison(sql, text_sql(column, compare), op, TEXTOID,
							   CStringGetTextDatum(text_literal(column, compare, literal)));
	else if (type->storage == SCIM_STORAGE_ENUM)
		append_labels(sql, column, literal);
	else if (scim_parse_value(type, literal, &value) != NULL ||
			 !is_same_text(column, scim_value_text(type, value), literal))
		appendStringInfoString(&sql->text, "false");
	else
	{
		scim_append_comparison(sql, column->value, op, type->type, value);
		if (type->storage != SCIM_STORAGE_NUMERIC)
			return;
		/* 1.0 and 1.00 are the same number, and not the same text */
		appendStringInfo(&sql->text, " AND %s" EQ, text_sql(column, compare));
		scim_append_text_argument(sql, text_literal(column, compare, literal));
	}
}
