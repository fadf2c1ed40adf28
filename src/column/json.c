/*
 * json.c
 *		Columns of json and jsonb.  What jsonb does not take of a json, and numbers
 *		that no content has, count as no value: the application's writes must not
 *		fail for them.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "column/json.h"
#include "core/canonical.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* JSON text that is to become a jsonb. */
typedef struct Parse
{
	char	   *text;
	Datum		result;
} Parse;

static void
parse_json(void *argument)
{
	Parse	   *parse = argument;

	parse->result = DirectFunctionCall1(jsonb_in, CStringGetDatum(parse->text));
}

/* Less than a numeric's digits are. */
#define MANY_DIGITS 100000

/*
 * May jsonb not take it?  Of what json takes, that is escapes of no character,
 * and numbers of many digits.
 */
static bool
may_fail(const char *text)
{
	for (const char *p = text; *p; p++)
	{
		if ((p[0] == '\\' && p[1] == 'u') ||
			(isdigit((unsigned char) p[0]) && (p[1] == 'e' || p[1] == 'E')))
			return true;
	}
	return strlen(text) > MANY_DIGITS;
}

static bool
json_to_jsonb(Datum json, Datum *jsonb)
{
	Parse		parse = {TextDatumGetCString(json)};
	MemoryContext context = CurrentMemoryContext;
	ErrorData  *error = NULL;

	/* a subtransaction, and only where it may fail */
	if (may_fail(parse.text))
		error = scim_protect(parse_json, &parse);
	else
		parse_json(&parse);
	MemoryContextSwitchTo(context);
	*jsonb = parse.result;
	return error == NULL;
}

JsonbValue
scim_stored_json(const ScimValueType *type, Datum datum)
{
	JsonbValue	value = {.type = jbvNull};

	if (type->storage == SCIM_STORAGE_JSON && !json_to_jsonb(datum, &datum))
		return value;
	scim_root(DatumGetJsonbP(datum), &value);
	if (scim_is_unassigned(&value) || !scim_can_be_content(&value))
		value.type = jbvNull;
	return value;
}

Datum
scim_json_datum(const ScimValueType *type, const JsonbValue *value)
{
	Jsonb	   *jsonb = scim_write(value);

	if (type->storage == SCIM_STORAGE_JSON)
		return CStringGetTextDatum(JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb)));
	return JsonbPGetDatum(jsonb);
}
