/*
 * filter_path.c
 *		Paths of clients, with value filters in them (RFC 7644 figure 7), resolved against a
 *		resource type; entry points scim_resolve_path, scim_resolve_known.
 */
#include "postgres.h"

#include "base/errors.h"
#include "core/filter.h"
#include "core/filter_parse.h"
#include "core/filter_path.h"

static SCIM_NORETURN void throw_path(const char *path, int length, const char *problem);

static void
throw_path(const char *path, int length, const char *problem)
{
	char	   *shown = scim_shown_name(path, length);

	scim_throw_path(SCIM_INVALID_PATH, shown, "\"%s\" %-s", shown, problem);
}

/* The sub-attribute behind the brackets; NULL, or what is wrong. */
static const char *
find_sub(const ScimFilterParse *parse, ScimPath *result)
{
	if (result->attribute->sub)
		result->sub = scim_attribute(result->attribute->sub, parse->text + parse->sub.start,
									 parse->sub.length);
	if (!result->sub)
		return psprintf("leads to no sub-attribute of %s", result->text);
	result->text = psprintf("%s.%s", result->text, result->sub->name);
	return NULL;
}

/* Of a path that does not name anything unknown, and yet leads nowhere. */
static const char no_values[] = "has a filter where there are no values to choose from";

/* The same of a path that was parsed. */
static const char *
find_target(const ScimResourceType *type, const ScimRules *rules, const ScimFilterParse *parse,
			ScimPath *result)
{
	const char *problem = scim_find_path(type, parse->text, parse->path.length, false, result);

	if (problem || parse->root < 0)
		return problem;
	if (!result->attribute || result->sub ||
		!(result->attribute->multi_valued || result->attribute->type == SCIM_COMPLEX))
		return no_values;
	result->filter = scim_read_value_filter(type, rules, parse, result);
	return parse->sub.length > 0 ? find_sub(parse, result) : NULL;
}

/* Takes the path apart; what is wrong with it where it leads, or NULL. */
static const char *
try_path(const ScimResourceType *type, const ScimRules *rules, const char *path, int length,
		 ScimPath *result)
{
	ScimFilterParse parse = {.text = path, .length = length, .lenient = rules->filter};
	const char *problem;

	scim_begin_filter_parse(&parse);
	if (!scim_parse_path(&parse))
	{
		if (parse.in_brackets)
			scim_throw_filter(&parse, scim_shown_name(path, length));
		throw_path(path, length, psprintf("is no path: at position %d, %s",
										  scim_filter_position(path, parse.error_start),
										  scim_filter_problem(parse.error)));
	}
	problem = find_target(type, rules, &parse, result);
	pfree(parse.nodes);
	return problem;
}

void
scim_resolve_path(const ScimResourceType *type, const ScimRules *rules, const char *path,
				  int length, ScimPath *result)
{
	const char *problem = try_path(type, rules, path, length, result);

	if (problem)
		throw_path(path, length, problem);
}

/* Where there is no attribute, there is no text, but for the core schema as a whole. */
bool
scim_resolve_known(const ScimResourceType *type, const ScimRules *rules, const char *path,
				   int length, ScimPath *result)
{
	const char *problem = try_path(type, rules, path, length, result);

	if (problem && problem != no_values && rules->unknown_attributes &&
		!(result->text && !result->attribute))
		return false;
	if (problem)
		throw_path(path, length, problem);
	return true;
}
