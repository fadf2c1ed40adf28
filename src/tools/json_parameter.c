/*
 * json_parameter.c
 *		Parameters of SQL functions that hold JSON as text.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/json_text.h"
#include "base/protect.h"
#include "base/server_error.h"
#include "tools/json_parameter.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

typedef struct Parsing
{
	const char *text;
	Jsonb	   *value;
} Parsing;

/* JSON text to jsonb, with the server's own parser. */
static void
parse(void *argument)
{
	Parsing    *parsing = argument;

	parsing->value = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(parsing->text)));
}

Jsonb *
scim_json_parameter(ScimFunctionArguments *arguments, const char *name, const char *otherwise)
{
	Parsing		parsing = {.text = scim_optional_text(arguments, name)};
	ErrorData  *error;
	const ScimServerError *shown;

	if (parsing.text == NULL)
		parsing.text = otherwise ? otherwise : scim_required_text(arguments, name);
	error = scim_protect(parse, &parsing);
	if (error == NULL)
		return parsing.value;
	shown = scim_server_error(error, true);
	if (shown->code == SCIM_INTERNAL)
		ReThrowError(error);
	scim_throw_path(shown->code, name, "%-s", scim_phrase(shown->text, name));
}

Datum
scim_json_answer(const JsonbValue *answer)
{
	StringInfoData out;

	initStringInfo(&out);
	scim_append_json(&out, answer);
	return PointerGetDatum(cstring_to_text_with_len(out.data, out.len));
}
