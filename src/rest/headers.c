/*
 * headers.c
 *		The header fields of a request (RFC 9110, RFC 7240).
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/schema.h"
#include "rest/headers.h"
#include "rest/refusal.h"

/* What we send and take, the first one rather than the others. */
static const char *const media_types[] = {SCIM_MEDIA_TYPE, "application/json"};

/* ---- one field ---- */

/* A field, or NULL.  "name" is in lower case, the front end's need not be. */
static char *
field_of(const ScimHttpRequest *request, const char *name)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	if (request->headers == NULL)
		return NULL;
	if (!JB_ROOT_IS_OBJECT(request->headers))
		scim_throw_path(SCIM_BAD_PARAMETER, "headers", "headers must be an object");
	scim_walk(&walk, &request->headers->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (!scim_same_name(key.val.string.val, key.val.string.len, name) ||
			value.type == jbvNull)
			continue;
		if (value.type != jbvString)
			scim_throw_path(SCIM_BAD_PARAMETER, "headers", "the header %s must be a string", name);
		return scim_string_copy(&value);
	}
	return NULL;
}

/* ---- lists of elements with parameters: "a; b=c, d" ---- */

/*
 * The end of the part that begins there: at the delimiter, which is none within quotes, or
 * at the end of the field.
 */
static char *
end_of_part(char *part, char delimiter)
{
	bool		quoted = false;

	for (; *part && (quoted || *part != delimiter); part++)
	{
		if (*part == '"')
			quoted = !quoted;
		else if (quoted && *part == '\\' && part[1])
			part++;
	}
	return part;
}

/* Without white space around it. */
static char *
trimmed(char *text)
{
	char	   *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return text;
}

/* The next part of *rest, cut out and trimmed; moves behind it.  NULL: there is none. */
static char *
next_part(char **rest, char delimiter)
{
	char	   *part = *rest;
	char	   *end;

	if (part == NULL)
		return NULL;
	end = end_of_part(part, delimiter);
	*rest = *end ? end + 1 : NULL;
	*end = '\0';
	return trimmed(part);
}

/* The value of "NAME=VALUE", be it quoted, if that is the name; else NULL. */
static char *
value_of(char *part, const char *name)
{
	char	   *equals = strchr(part, '=');
	char	   *value;
	int			length;

	if (equals == NULL)
		return NULL;
	*equals = '\0';
	value = pg_strcasecmp(trimmed(part), name) == 0 ? trimmed(equals + 1) : NULL;
	if (value == NULL)
	{
		*equals = '=';
		return NULL;
	}
	length = strlen(value);
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
	{
		value[length - 1] = '\0';
		value++;
	}
	return value;
}

/* ---- media types ---- */

/* How much a range says of the type: 3 its name, 2 "application" and "*", 1 any; 0: nothing. */
static int
range_says(const char *range, const char *type)
{
	int			kind = strchr(type, '/') + 1 - type;

	if (pg_strcasecmp(range, type) == 0)
		return 3;
	if (strcmp(range, "*/*") == 0)
		return 1;
	return pg_strncasecmp(range, type, kind) == 0 && strcmp(range + kind, "*") == 0 ? 2 : 0;
}

/* The weight of an element of Accept, of its parameters; 0 where that is no number. */
static double
weight_of(char *parameters)
{
	char	   *part;

	while ((part = next_part(&parameters, ';')) != NULL)
	{
		char	   *value = value_of(part, "q");
		char	   *end;
		double		weight;

		if (value == NULL)
			continue;
		weight = strtod(value, &end);
		return end > value && *end == '\0' && weight >= 0 && weight <= 1 ? weight : 0;
	}
	return 1;
}

/* How much the client wants each of our types, by the range that says most of it. */
static void
weigh(char *accept, double *weights)
{
	int			said[lengthof(media_types)] = {0};
	char	   *element;

	while ((element = next_part(&accept, ',')) != NULL)
	{
		char	   *parameters = element;
		char	   *range = next_part(&parameters, ';');
		double		weight = weight_of(parameters);

		for (int i = 0; i < (int) lengthof(media_types); i++)
		{
			int			says = range_says(range, media_types[i]);

			if (says == 0 || says < said[i])
				continue;
			/* the same range twice, as with parameters of its own: the best of them */
			weights[i] = says > said[i] ? weight : Max(weights[i], weight);
			said[i] = says;
		}
	}
}

/* The one that Accept wants most; NULL: none. */
static const char *
wanted_type(char *accept)
{
	double		weights[lengthof(media_types)] = {0};
	int			best = 0;

	if (accept == NULL || trimmed(accept)[0] == '\0')
		return media_types[0];
	weigh(accept, weights);
	for (int i = 1; i < (int) lengthof(media_types); i++)
	{
		if (weights[i] > weights[best])
			best = i;
	}
	return weights[best] > 0 ? media_types[best] : NULL;
}

bool
scim_sends_json(const ScimHttpRequest *request)
{
	char	   *field = field_of(request, "content-type");
	char	   *type = next_part(&field, ';');

	if (type == NULL || type[0] == '\0')
		return true;
	for (int i = 0; i < (int) lengthof(media_types); i++)
	{
		if (pg_strcasecmp(type, media_types[i]) == 0)
			return true;
	}
	return false;
}

/* ---- preferences ---- */

/* What "return" prefers, of those that there are; the first one counts (RFC 7240 section 2). */
static const char *
preferred_return(char *prefer)
{
	static const char *const all[] = {"minimal", "representation"};
	char	   *element;

	while ((element = next_part(&prefer, ',')) != NULL)
	{
		char	   *value = value_of(next_part(&element, ';'), "return");

		if (value == NULL)
			continue;
		for (int i = 0; i < (int) lengthof(all); i++)
		{
			if (pg_strcasecmp(value, all[i]) == 0)
				return all[i];
		}
		return NULL;
	}
	return NULL;
}

/* Is the preference of that name, which has no value, among them? */
static bool
prefers(char *prefer, const char *name)
{
	char	   *element;

	while ((element = next_part(&prefer, ',')) != NULL)
	{
		if (pg_strcasecmp(next_part(&element, ';'), name) == 0)
			return true;
	}
	return false;
}

bool
scim_read_headers(ScimHttpRequest *request)
{
	const char *type;

	request->media_type = media_types[0];
	type = wanted_type(field_of(request, "accept"));
	if (type)
		request->media_type = type;
	request->returns = preferred_return(field_of(request, "prefer"));
	request->atomic = prefers(field_of(request, "prefer"), "atomic");
	return type != NULL;
}

/* ---- conditions ---- */

static bool
read_condition(const ScimHttpRequest *request, const char *name, const ScimEtagList **list,
			   ScimHttpAnswer *answer)
{
	char	   *field = field_of(request, name);
	ScimEtagList *read;

	if (field == NULL)
		return true;
	*list = read = palloc(sizeof(ScimEtagList));
	if (scim_read_etags(field, read))
		return true;
	scim_http_refuse(answer, 400, "invalidValue",
					 "%s must be \"*\" or up to %d entity tags with commas between them, as in "
					 "W/\"version\"", name, SCIM_MOST_ETAGS);
	return false;
}

bool
scim_read_conditions(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	return read_condition(request, "if-match", &request->if_match, answer) &&
		read_condition(request, "if-none-match", &request->if_none_match, answer);
}
