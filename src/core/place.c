/*
 * place.c
 *		Where in a resource a value stands, and what errors say of it.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "core/place.h"
#include "lib/stringinfo.h"

ScimPlace
scim_place(const ScimPlace *up, const char *name)
{
	ScimPlace	place = {.up = up, .name = name, .length = strlen(name)};

	return place;
}

static void
append_place(StringInfo text, const ScimPlace *place)
{
	if (place->up)
		append_place(text, place->up);
	if (!place->name)
		appendStringInfo(text, "[%d]", place->index);
	else
	{
		/* an attribute of an extension stands behind the URN, "...:User:manager" */
		if (place->up)
			appendStringInfoChar(text, place->up->up == NULL && place->up->name &&
								 memchr(place->up->name, ':', place->up->length) ? ':' : '.');
		appendBinaryStringInfo(text, place->name, place->length);
	}
}

char *
scim_place_text(const ScimPlace *place)
{
	StringInfoData text;

	initStringInfo(&text);
	append_place(&text, place);
	return text.data;
}

char *
scim_listed(const char *const *texts)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; texts[i]; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", texts[i]);
	return list.data;
}

const char *
scim_wanted_container(const JsonbValue *given, const char *what)
{
	return scim_holds_json(given) ? psprintf("%s, not a string that holds JSON", what) : what;
}

void
scim_throw_expected(ScimErrorCode situation, const ScimPlace *place, const char *what)
{
	char	   *path = scim_place_text(place);

	scim_throw_path(situation, path, "%s must be %-s", path, what);
}

void
scim_throw_value(ScimErrorCode situation, const ScimAttribute *attribute, const JsonbValue *given,
				 const ScimPlace *place, const char *what)
{
	ScimError  *error = scim_error(situation);
	char	   *path = scim_place_text(place);

	scim_error_text(error, "path", path);
	if (attribute->returned != SCIM_NEVER)
		scim_error_value(error, "value", given);
	scim_throw(error, "%s must be %-s", path, what);
}
