/*
 * simple_value.c
 *		One value that has no parts: is it of its attribute's type (RFC 7643
 *		section 2.3), and what the schema asks of it beyond that?
 *
 * Canonical values are enforced where the schema's options say so: section 7
 * calls them suggestions.
 */
#include "postgres.h"

#include "base/ascii.h"
#include "base/jsonb_tree.h"
#include "base/uri.h"
#include "core/fold.h"
#include "core/simple.h"
#include "core/simple_value.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/* A number of a resource has no more digits than this, so that its canonical form stays small. */
#define MAX_DIGITS 400

static const char *const expected[] = {
	[SCIM_STRING] = "a string",
	[SCIM_BOOLEAN] = "true or false",
	[SCIM_DECIMAL] = "a number of at most 400 digits",
	[SCIM_INTEGER] = "an integer of at most 400 digits",
	[SCIM_DATETIME] = "a date and time such as 2008-01-23T04:56:22Z",
	[SCIM_BINARY] = "a string in base64",
	[SCIM_REFERENCE] = "a URI"
};

/* ---- types ---- */

static bool
is_base64(const char *text, int length)
{
	int			padding = 0;

	while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
		padding++;
	for (int i = 0; i < length - padding; i++)
	{
		if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '+' && text[i] != '/')
			return false;
	}
	/* RFC 7643 section 2.3.6: the padding may be left out */
	return padding > 0 ? length % 4 == 0 : length % 4 != 1;
}

static bool
is_number(Numeric number, bool integer)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	int			digits = 0;

	for (char *c = text; *c; c++)
		digits += is_digit(*c);
	return digits <= MAX_DIGITS && !(integer && strchr(text, '.'));
}

static bool
is_of_type(ScimType type, const JsonbValue *value)
{
	int64_t		instant;

	switch (type)
	{
		case SCIM_STRING:
			return value->type == jbvString;
		case SCIM_BOOLEAN:
			return value->type == jbvBool;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			return value->type == jbvNumeric &&
				is_number(value->val.numeric, type == SCIM_INTEGER);
		case SCIM_DATETIME:
			return value->type == jbvString &&
				scim_read_datetime(value->val.string.val, value->val.string.len, &instant);
		case SCIM_BINARY:
			return value->type == jbvString &&
				is_base64(value->val.string.val, value->val.string.len);
		case SCIM_REFERENCE:
			return value->type == jbvString &&
				scim_is_uri(value->val.string.val, value->val.string.len, false);
		case SCIM_COMPLEX:
			break;
	}
	return false;
}

/* ---- what a schema says beyond the type ---- */

static bool
is_canonical(const ScimAttribute *attribute, const JsonbValue *given)
{
	for (const char *const *value = attribute->canonical_values; *value; value++)
	{
		if (attribute->case_exact
			? scim_string_is(given, *value)
			: scim_is_same_folded(given->val.string.val, given->val.string.len, *value,
								  strlen(*value)))
			return true;
	}
	return false;
}

/*
 * RFC 7643 section 7, referenceTypes: external links are absolute, and a URI of
 * a resource is of a type that is named.
 */
static void
check_reference(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place)
{
	const char *uri = given->val.string.val;
	int			length = given->val.string.len;
	const char *const *types = attribute->reference_types;
	const char *collection;
	int			collection_length;

	if (types && types[1] == NULL && strcmp(types[0], "external") == 0 &&
		!scim_is_uri(uri, length, true))
		scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place, "an absolute URI");
	if (attribute->other_endpoints == NULL)
		return;
	collection = scim_uri_collection(uri, length, &collection_length);
	for (int i = 0; collection && attribute->other_endpoints[i]; i++)
	{
		/* endpoints begin with a slash */
		if (scim_same_name(collection, collection_length, attribute->other_endpoints[i] + 1))
			scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place,
							 psprintf("the URI of a resource of type %s", scim_listed(types)));
	}
}

void
scim_check_simple(const ScimAttribute *attribute, const JsonbValue *given, const ScimPlace *place)
{
	if (!is_of_type(attribute->type, given))
		scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place, expected[attribute->type]);
	if (attribute->required && given->type == jbvString && given->val.string.len == 0)
		scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place, "a string that is not empty");
	if (attribute->restricted && !is_canonical(attribute, given))
		scim_throw_value(SCIM_INVALID_VALUE, attribute, given, place,
						 psprintf("one of %s", scim_listed(attribute->canonical_values)));
	if (attribute->type == SCIM_REFERENCE)
		check_reference(attribute, given, place);
}
