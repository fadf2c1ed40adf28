/*
 * value.c
 *		Values of columns as JSON values of attributes, and back.
 *
 * What a client gives is stored as it is, or refused: nothing is cut, rounded
 * or filled up.  Two spellings of the same are the same: of an instant in
 * another zone, of base64 without padding.  Which SCIM type fits on which type
 * of column is said in fit.c; what a type stores in type.c, and how in text.c,
 * number.c, instant.c and json.c.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "column/fit.h"
#include "column/json.h"
#include "column/number.h"
#include "column/text.h"
#include "column/type.h"
#include "column/value.h"
#include "core/canonical.h"
#include "core/place.h"
#include "core/simple.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/typcache.h"

/* ---- codes ---- */

/* Is the value the one that the code says?  Texts have one spelling, but of booleans. */
static bool
is_code(const ScimValueType *type, const char *code, const char *text, Datum value)
{
	bool		boolean;

	if (type->storage == SCIM_STORAGE_BOOLEAN)
		return parse_bool(code, &boolean) && boolean == DatumGetBool(value);
	return text && strcmp(code, text) == 0;
}

static JsonbValue
decode(const ScimMappedColumn *column, const ScimValueType *type, Datum value)
{
	JsonbValue	none = {.type = jbvNull};
	char	   *text = scim_value_text(type, value);

	for (int i = 0; i < column->code_count; i++)
	{
		if (is_code(type, column->codes[i].code, text, value))
			return column->codes[i].value;
	}
	return none;
}

static bool
same_scalar(const ScimMappedColumn *column, const JsonbValue *a, const JsonbValue *b, bool exactly)
{
	if (a->type == jbvString && b->type == jbvString && !exactly && !column->attribute->case_exact)
		return scim_same_name(a->val.string.val, a->val.string.len, scim_string_copy(b));
	return a->type == b->type && scim_equal(a, b);
}

static const char *
encode(const ScimMappedColumn *column, const ScimValueType *type, const JsonbValue *value,
	   bool exactly, Datum *datum)
{
	StringInfoData values;

	for (int i = 0; i < column->code_count; i++)
	{
		if (same_scalar(column, value, &column->codes[i].value, exactly))
			return scim_parse_value(type, column->codes[i].code, datum);
	}
	initStringInfo(&values);
	for (int i = 0; i < column->code_count; i++)
	{
		Jsonb	   *known = scim_write(&column->codes[i].value);

		appendStringInfo(&values, "%s%s", i > 0 ? ", " : "",
						 JsonbToCString(NULL, &known->root, VARSIZE(known)));
	}
	return psprintf("one of %s", values.data);
}

/* ---- to JSON ---- */

static JsonbValue
string_or_none(char *text)
{
	JsonbValue	value = {.type = jbvNull};

	return text && *text ? scim_text(text) : value;
}

static JsonbValue
number_or_none(Numeric number)
{
	JsonbValue	value = {.type = jbvNull};

	if (number)
	{
		value.type = jbvNumeric;
		value.val.numeric = number;
	}
	return value;
}

/* Text where it lies. */
static JsonbValue
text_in_place(Datum datum)
{
	struct varlena *text = PG_DETOAST_DATUM_PACKED(datum);
	JsonbValue	value = {.type = jbvNull};

	if (VARSIZE_ANY_EXHDR(text) == 0)
		return value;
	value.type = jbvString;
	value.val.string.val = VARDATA_ANY(text);
	value.val.string.len = VARSIZE_ANY_EXHDR(text);
	return value;
}

static JsonbValue
date_time_of(const ScimMappedColumn *column, const ScimValueType *type, Datum datum)
{
	JsonbValue	none = {.type = jbvNull};
	TimestampTz instant;

	if (column->format != SCIM_FORMAT_PLAIN)
	{
		Numeric		number = scim_stored_number(type, datum);

		if (!number || !scim_epoch_instant(column->format, number, &instant))
			return none;
	}
	else if (!scim_stores(type, SCIM_STORES_INSTANT))
		return string_or_none(scim_value_text(type, datum));
	else if (!scim_stored_instant(type, datum, &instant))
		return none;
	return string_or_none(scim_instant_text(instant));
}

static JsonbValue
one_to_json(const ScimMappedColumn *column, const ScimValueType *type, Datum datum)
{
	JsonbValue	value;

	if (column->codes)
		return decode(column, type, datum);
	if (type->storage == SCIM_STORAGE_TEXT)
		return text_in_place(datum);
	if (scim_stores(type, SCIM_STORES_JSON))
		return scim_stored_json(type, datum);
	switch (scim_column_scim_type(column))
	{
		case SCIM_BOOLEAN:
			value.type = jbvBool;
			value.val.boolean = DatumGetBool(datum);
			return value;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			value = number_or_none(scim_stored_number(type, datum));
			if (!scim_can_be_content(&value))
				value.type = jbvNull;
			return value;
		case SCIM_DATETIME:
			return date_time_of(column, type, datum);
		default:
			return string_or_none(scim_value_text(type, datum));
	}
}

JsonbValue
scim_column_to_json(const ScimMappedColumn *column, Datum datum)
{
	const ScimValueType *type = scim_value_type(column);
	JsonbValue	none = {.type = jbvNull};
	JsonbValue *values;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (!type->is_array)
		return one_to_json(column, type, datum);
	deconstruct_array(DatumGetArrayTypeP(datum), type->declared, type->length, type->by_value,
					  type->align, &elements, &nulls, &count);
	values = scim_new_array();
	for (int i = 0; i < count; i++)
	{
		JsonbValue	value = nulls[i] ? none : one_to_json(column, type, elements[i]);

		if (value.type != jbvNull)
			scim_append(values, &value);
	}
	return values->val.array.nElems > 0 ? *values : none;
}

/* ---- from JSON ---- */

/*
 * Text that reads back as the same text; for a filter without regard to case
 * where the attribute has none.
 */
static const char *
store_string(const ScimMappedColumn *column, const ScimValueType *type, const JsonbValue *value,
			 bool exactly, Datum *datum)
{
	char	   *text = scim_string_copy(value);
	const char *problem = scim_parse_value(type, text, datum);
	char	   *stored;

	if (problem || scim_stores(type, SCIM_STORES_TEXT))
		return problem;
	stored = scim_value_text(type, *datum);
	if (stored && (strcmp(stored, text) == 0 || (!exactly && !column->attribute->case_exact &&
												 scim_same_name(text, strlen(text), stored))))
		return NULL;
	return stored ? scim_phrase("spelled \"%s\"", stored) : "a value that can be read back";
}

/* What is finer than a microsecond would be lost. */
static bool
has_microseconds(const JsonbValue *value)
{
	const char *point = memchr(value->val.string.val, '.', value->val.string.len);
	const char *end = value->val.string.val + value->val.string.len;

	for (const char *p = point ? point + 7 : end; p < end && *p >= '0' && *p <= '9'; p++)
	{
		if (*p != '0')
			return false;
	}
	return true;
}

static const char *
store_date_time(const ScimMappedColumn *column, const ScimValueType *type, const JsonbValue *value,
				Datum *datum)
{
	int64_t		instant;

	if (column->format == SCIM_FORMAT_PLAIN && !scim_stores(type, SCIM_STORES_INSTANT))
		return scim_parse_value(type, scim_string_copy(value), datum);
	if (!scim_read_datetime(value->val.string.val, value->val.string.len, &instant))
		return "a date and time such as 2008-01-23T04:56:22Z";
	if (!has_microseconds(value))
		return "a time with at most 6 decimal places of a second";
	if (column->format == SCIM_FORMAT_PLAIN)
		return scim_store_instant(type, instant, datum);
	if (scim_instant_text(instant) == NULL)
		return "in one of the years 1 to 9999";
	if (scim_store_number(type, scim_epoch_number(column->format, instant), datum) == NULL)
		return NULL;
	return column->format == SCIM_FORMAT_EPOCH_SECONDS
		? "a time in whole seconds, within the range of its column"
		: "a time in whole milliseconds, within the range of its column";
}

/* NULL, or what the value must be. */
static const char *
one_from_json(const ScimMappedColumn *column, const ScimValueType *type, const JsonbValue *value,
			  bool exactly, Datum *datum)
{
	ScimType	wanted = scim_column_scim_type(column);

	if (column->codes)
		return encode(column, type, value, exactly, datum);
	if (scim_stores(type, SCIM_STORES_JSON))
	{
		*datum = scim_json_datum(type, value);
		return NULL;
	}
	if (!scim_is_json_of(wanted, value))
		return scim_type_expects(wanted);
	switch (wanted)
	{
		case SCIM_BOOLEAN:
			*datum = BoolGetDatum(value->val.boolean);
			return NULL;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			return scim_store_number(type, value->val.numeric, datum);
		case SCIM_DATETIME:
			return store_date_time(column, type, value, datum);
		case SCIM_BINARY:
			return scim_parse_value(type, scim_string_copy(value), datum);
		default:
			return store_string(column, type, value, exactly, datum);
	}
}

/* Text columns do not tell an empty text from none. */
bool
scim_is_no_value(const ScimMappedColumn *column, const JsonbValue *value)
{
	if (value->type == jbvString && value->val.string.len == 0 && !column->codes)
		return !scim_stores(scim_value_type(column), SCIM_STORES_JSON);
	return scim_is_unassigned(value);
}

static const char *
many_from_json(const ScimMappedColumn *column, const ScimValueType *type, const JsonbValue *value,
			   bool exactly, Datum *datum)
{
	const JsonbValue *array = scim_open(value);
	Datum	   *elements;
	int			count = 0;

	if (array->type != jbvArray)
		return "an array";
	elements = palloc(array->val.array.nElems * sizeof(Datum));
	for (int i = 0; i < array->val.array.nElems; i++)
	{
		const JsonbValue *element = &array->val.array.elems[i];
		const char *problem;

		if (scim_is_no_value(column, element))
			continue;
		problem = one_from_json(column, type, element, exactly, &elements[count++]);
		if (problem)
			return psprintf("an array whose elements are each %s", problem);
	}
	*datum = PointerGetDatum(construct_array(elements, count, type->declared, type->length,
											 type->by_value, type->align));
	return NULL;
}

static const char *
from_json(const ScimMappedColumn *column, const JsonbValue *value, bool exactly, Datum *datum)
{
	const ScimValueType *type = scim_value_type(column);

	return type->is_array ? many_from_json(column, type, value, exactly, datum) :
		one_from_json(column, type, value, exactly, datum);
}

static SCIM_NORETURN void throw_value(const ScimMappedColumn *column, const JsonbValue *value,
									  const char *what);

static void
throw_value(const ScimMappedColumn *column, const JsonbValue *value, const char *what)
{
	static const ScimAttribute whole = {.type = SCIM_COMPLEX};
	ScimPlace	place = scim_place(NULL, column->path);

	scim_throw_value(SCIM_COLUMN_REFUSES, column->attribute ? column->attribute : &whole, value,
					 &place,
					 psprintf("%s: its column %s is of type %s", what, column->column,
							  format_type_with_typemod(column->type,
													   column->type == column->base_type
													   ? column->typmod
													   : -1)));
}

/* ---- domains ---- */

/* Is the error one that a value is to blame for? */
static bool
is_of_value(int sqlstate)
{
	return ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_DATA_EXCEPTION ||
		ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION;
}

/* The domain's own constraints; their errors are thrown on as ours, none is swallowed. */
static void
check_domain(const ScimMappedColumn *column, Oid domain, const JsonbValue *value, Datum datum)
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		domain_check(datum, false, domain, NULL, NULL);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		if (!is_of_value(error->sqlerrcode))
			ReThrowError(error);
		throw_value(column, value, scim_phrase("such that it can be stored (%s)", error->message));
	}
	PG_END_TRY();
}

static void
check_domains(const ScimMappedColumn *column, const JsonbValue *value, Datum datum)
{
	const ScimValueType *type = scim_value_type(column);
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	if (type->is_array && type->declared != type->type && DomainHasConstraints(type->declared))
	{
		deconstruct_array(DatumGetArrayTypeP(datum), type->declared, type->length, type->by_value,
						  type->align, &elements, &nulls, &count);
		for (int i = 0; i < count; i++)
			check_domain(column, type->declared, value, elements[i]);
	}
	if (column->type != column->base_type && DomainHasConstraints(column->type))
		check_domain(column, column->type, value, datum);
}

/* ---- entry points ---- */

bool
scim_column_from_json(const ScimMappedColumn *column, const JsonbValue *value, Datum *datum)
{
	const char *problem;

	if (scim_is_no_value(column, value))
		return false;
	problem = from_json(column, value, true, datum);
	if (problem)
		throw_value(column, value, problem);
	check_domains(column, value, *datum);
	return true;
}

static const char *
from_none(const ScimMappedColumn *column, const ScimValueType *type, Datum *datum)
{
	if (type->is_array)
	{
		*datum = PointerGetDatum(construct_empty_array(type->type));
		return NULL;
	}
	for (int i = 0; i < column->code_count; i++)
	{
		if (column->codes[i].value.type == jbvNull)
			return scim_parse_value(type, column->codes[i].code, datum);
	}
	if (!column->codes && type->storage != SCIM_STORAGE_ENUM && scim_stores(type, SCIM_STORES_TEXT))
		return scim_parse_value(type, "", datum);
	return "given a value";
}

bool
scim_column_takes_none(const ScimMappedColumn *column)
{
	Datum		datum;

	return from_none(column, scim_value_type(column), &datum) == NULL;
}

bool
scim_column_from_none(const ScimMappedColumn *column, Datum *datum)
{
	JsonbValue	none = {.type = jbvNull};
	const char *problem = from_none(column, scim_value_type(column), datum);

	if (problem)
		scim_throw_path(SCIM_NEEDS_VALUE, column->path,
						"%s must be %-s: its column %s takes no NULL", column->path, problem,
						column->column);
	check_domains(column, &none, *datum);
	return true;
}

bool
scim_column_can_hold(const ScimMappedColumn *column, const JsonbValue *value, Datum *datum)
{
	return !scim_is_no_value(column, value) && from_json(column, value, true, datum) == NULL;
}

bool
scim_column_could_hold(const ScimMappedColumn *column, const JsonbValue *value, Datum *datum)
{
	return !scim_is_no_value(column, value) && from_json(column, value, false, datum) == NULL;
}

bool
scim_column_keeps_text(const ScimMappedColumn *column)
{
	const ScimValueType *type = scim_value_type(column);
	ScimType	wanted = scim_column_scim_type(column);

	return type->storage == SCIM_STORAGE_TEXT && !type->is_array && !column->codes &&
		(wanted == SCIM_STRING || wanted == SCIM_REFERENCE);
}

bool
scim_same_datum(Form_pg_attribute attribute, Datum a, bool a_null, Datum b, bool b_null)
{
	if (a_null || b_null)
		return a_null && b_null;
	/* out of line, the same pointer need not be followed */
	if (attribute->attlen == -1 &&
		VARSIZE_ANY(DatumGetPointer(a)) == VARSIZE_ANY(DatumGetPointer(b)) &&
		memcmp(DatumGetPointer(a), DatumGetPointer(b), VARSIZE_ANY(DatumGetPointer(a))) == 0)
		return true;
	return datum_image_eq(a, b, attribute->attbyval, attribute->attlen);
}
