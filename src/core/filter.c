/*
 * filter.c
 *		Filters of clients (RFC 7644 section 3.4.2.2), resolved against a resource type, or
 *		against several; entry points scim_read_filter, scim_read_filters.
 *
 * What a comparison cannot answer is refused here, and never silently empty:
 * which operators and values an attribute takes stands in one table.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/settings.h"
#include "core/filter.h"
#include "core/filter_constant.h"
#include "core/filter_parse.h"
#include "core/filter_value.h"
#include "core/simple.h"
#include "miscadmin.h"

/* Resolving for several types. */
typedef struct Several
{
	ScimFilterLack lack;
	void	   *argument;
	int			type;			/* which of them this one is */
	struct Problem *problem;	/* of the condition that is being resolved */
	struct Problem *problems;	/* of each node */
} Several;

/* What is wrong with a condition, as far as the types go that were asked. */
typedef struct Problem
{
	bool		solved;			/* one of them has the attribute, and it suits */
	ScimErrorCode code;
	int			start;
	const char *path;
	const char *text;			/* NULL: nothing is */
	bool		is_unknown;		/* there is no such attribute: others have more to say */
} Problem;

/* What is being resolved. */
typedef struct Reader
{
	const ScimResourceType *type;
	const ScimFilterParse *parse;
	Several    *several;		/* NULL: it is the only type, and what is wrong is thrown */
	bool		coerces;		/* values are taken by the attribute's type */
} Reader;

/* ---- what an attribute can be compared with ---- */

#define EQUAL		(1 << SCIM_EQ | 1 << SCIM_NE)
#define ORDER		(1 << SCIM_GT | 1 << SCIM_GE | 1 << SCIM_LT | 1 << SCIM_LE)
#define PARTS		(1 << SCIM_CO | 1 << SCIM_SW | 1 << SCIM_EW)

#define BOOLEANS	(1 << SCIM_VALUE_TRUE | 1 << SCIM_VALUE_FALSE)
#define NUMBERS		(1 << SCIM_VALUE_NUMBER)
#define STRINGS		(1 << SCIM_VALUE_STRING)

typedef struct Comparable
{
	const char *name;
	int			ops;			/* bits 1 << ScimFilterOp */
	const char *op_names;
	int			values;			/* bits 1 << ScimFilterValue */
	const char *value_names;
} Comparable;

static const Comparable comparables[] =
{[SCIM_STRING] = {"a string", EQUAL | ORDER | PARTS, "any operator", STRINGS, "a string"},
[SCIM_BOOLEAN] = {"a boolean", EQUAL, "eq, ne or pr", BOOLEANS, "true or false"},
[SCIM_DECIMAL] = {"a number", EQUAL | ORDER, "eq, ne, gt, ge, lt, le or pr", NUMBERS,
"a number"},
[SCIM_INTEGER] = {"a number", EQUAL | ORDER, "eq, ne, gt, ge, lt, le or pr", NUMBERS,
"a number"},
[SCIM_DATETIME] = {"a dateTime", EQUAL | ORDER, "eq, ne, gt, ge, lt, le or pr", STRINGS,
"a date and time such as \"2008-01-23T04:56:22Z\""},
[SCIM_BINARY] = {"a binary", EQUAL, "eq, ne or pr", STRINGS, "a string in base64"},
[SCIM_REFERENCE] = {"a reference", EQUAL | ORDER | PARTS, "any operator", STRINGS,
"a string"}};

/* ---- errors ---- */

/* "path" and "position" of the error; text is formatted by the caller. */
static SCIM_NORETURN void throw_at(ScimErrorCode code, const ScimFilterParse *parse, int start,
								   const char *path, const char *text);

static void
throw_at(ScimErrorCode code, const ScimFilterParse *parse, int start, const char *path,
		 const char *text)
{
	ScimError  *error = scim_error(code);
	int			position = scim_filter_position(parse->text, start);

	scim_error_text(error, "path", path);
	scim_error_integer(error, "position", position);
	scim_throw(error, "%-s (at position %d)", text, position);
}

void
scim_throw_filter(const ScimFilterParse *parse, const char *path)
{
	throw_at(SCIM_INVALID_FILTER, parse, parse->error_start, path,
			 scim_filter_problem(parse->error));
}

/* False; where the type is the only one, it is thrown.  Of several the first problem counts. */
static bool
refuse_at(const Reader *reader, int start, const char *path, const char *text)
{
	Problem    *problem;

	if (!reader->several)
		throw_at(SCIM_INVALID_FILTER, reader->parse, start, path, text);
	problem = reader->several->problem;
	if (problem->text && !problem->is_unknown)
		return false;
	problem->code = SCIM_INVALID_FILTER;
	problem->start = start;
	problem->path = path;
	problem->text = text;
	problem->is_unknown = false;
	return false;
}

static char *
shown(const Reader *reader, ScimSpan span)
{
	return scim_shown_name(reader->parse->text + span.start, span.length);
}

/* ---- paths ---- */

static bool
refuse_name(const Reader *reader, ScimSpan span, const char *problem)
{
	char	   *name = shown(reader, span);

	return refuse_at(reader, span.start, name, psprintf("\"%s\" %s", name, problem));
}

static void
check_readable(const ScimAttribute *attribute, const char *path)
{
	if (attribute && attribute->returned == SCIM_NEVER)
		scim_throw_path(SCIM_SENSITIVE, path, "%s is never shown, and cannot be searched", path);
}

/* A name in brackets: a sub-attribute, or "value" for the element itself. */
static bool
find_inner(const Reader *reader, ScimSpan span, const ScimPath *outer, ScimPath *result)
{
	const char *name = reader->parse->text + span.start;
	const ScimAttribute *attribute = outer->attribute;

	*result = *outer;
	result->filter = NULL;
	if (!attribute->sub && scim_same_name(name, span.length, "value"))
		return true;
	if (attribute->sub)
		result->sub = scim_attribute(attribute->sub, name, span.length);
	if (!result->sub)
		return refuse_name(reader, span,
						   psprintf(attribute->sub ? "is no sub-attribute of %s"
									: "is no part of %s; in its brackets, value is each of "
									"its values",
									outer->text));
	result->text = psprintf("%s.%s", outer->text, result->sub->name);
	return true;
}

/* What the type has under a name, not in brackets. */
static bool
find_outer(const Reader *reader, ScimSpan span, ScimPath *result)
{
	const char *problem = scim_find_path(reader->type, reader->parse->text + span.start,
										 span.length, reader->parse->lenient, result);

	if (problem)
	{
		Problem    *known = reader->several ? reader->several->problem : NULL;
		bool		is_unknown = !result->attribute &&
			strcmp(problem, psprintf("is no attribute of %s", reader->type->name)) == 0;

		if (known && known->text && is_unknown)
			return false;
		refuse_name(reader, span, problem);
		if (known)
			known->is_unknown = is_unknown;
		return false;
	}
	if (!result->attribute)
		return refuse_name(reader, span, "is a schema; name one of its attributes behind it");
	if (strcmp(result->attribute->name, "_version") == 0)
		return refuse_name(reader, span, "cannot be searched; meta.version can");
	return true;
}

/* Is there anything that has it? */
static bool
is_kept(const Reader *reader, ScimSpan span, const ScimPath *path)
{
	Several    *several = reader->several;
	const char *why = several ? several->lack(several->type, path, several->argument) : NULL;

	if (why == NULL)
		return true;
	if (several->problem->text == NULL || several->problem->is_unknown)
	{
		refuse_at(reader, span.start, path->text, why);
		several->problem->code = SCIM_NO_PLACE_TO_SEARCH;
	}
	return false;
}

/*
 * The attribute that a condition is about; "outer" of a value path, or NULL.  False: the type,
 * which is one of several, has no such attribute.
 */
static bool
find_attribute(const Reader *reader, ScimSpan span, const ScimPath *outer, ScimPath *result)
{
	if (!(outer ? find_inner(reader, span, outer, result) : find_outer(reader, span, result)))
		return false;
	check_readable(result->attribute, result->text);
	check_readable(result->sub, result->text);
	return is_kept(reader, span, result);
}

/* The attribute whose value is compared. */
static const ScimAttribute *
leaf(const ScimPath *path)
{
	return path->sub ? path->sub : path->attribute;
}

/*
 * A complex attribute has no value of its own.  Lenient: that of its
 * sub-attribute "value", as in the RFC's own emails co "example.com".
 */
static bool
find_simple(const Reader *reader, const ScimFilterNode *node, ScimPath *path)
{
	const ScimAttribute *sub = NULL;

	if (leaf(path)->type != SCIM_COMPLEX)
		return true;
	if (path->attribute->sub && !path->sub)
		sub = scim_attribute(path->attribute->sub, "value", strlen("value"));
	if (!reader->parse->lenient || !sub)
		return refuse_name(reader, node->path,
						   psprintf("is complex and cannot be compared; name a sub-attribute, "
									"such as %s.%s",
									path->text,
									sub || !path->attribute->sub ? "value"
									: path->attribute->sub->name));
	path->sub = sub;
	path->text = psprintf("%s.%s", path->text, sub->name);
	check_readable(sub, path->text);
	return true;
}

/* ---- values ---- */

/*
 * Lenient: a string that is a number or a boolean is one where one is expected,
 * and the other way round.
 */
static void
coerce(const ScimAttribute *attribute, ScimFilter *filter, const char *text)
{
	int			length = strlen(text);

	switch (attribute->type)
	{
		case SCIM_STRING:
		case SCIM_REFERENCE:
			filter->value_kind = SCIM_VALUE_STRING;
			break;
		case SCIM_BOOLEAN:
			if (scim_same_name(text, length, "true"))
				filter->value_kind = SCIM_VALUE_TRUE;
			else if (scim_same_name(text, length, "false"))
				filter->value_kind = SCIM_VALUE_FALSE;
			break;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			if (scim_is_filter_number(text, length))
				filter->value_kind = SCIM_VALUE_NUMBER;
			break;
		default:
			break;
	}
}

/* Is a string one of the type? */
static bool
is_readable(ScimType type, const char *text)
{
	int			length = strlen(text);
	int64_t		instant;

	if (type == SCIM_DATETIME)
		return scim_read_datetime(text, length, &instant);
	return type != SCIM_BINARY || scim_read_base64(text, length, palloc((length / 4 + 1) * 3)) >= 0;
}

/* The attribute does not take the operator, or the value, that stands there. */
static bool
refuse_comparison(const Reader *reader, const ScimFilterNode *node, const ScimPath *path,
				  ScimSpan span)
{
	const Comparable *comparable = &comparables[leaf(path)->type];
	bool		is_op = span.start == node->op_span.start;

	return refuse_at(reader, span.start, path->text,
					 psprintf("%s is %s: it takes %s%s%s, not %s", path->text, comparable->name,
							  is_op ? comparable->op_names : shown(reader, node->op_span),
							  is_op ? "" : " with ", is_op ? "" : comparable->value_names,
							  shown(reader, span)));
}

/* False: the comparison does not suit the attribute, of the type that is one of several. */
static bool
read_comparison(const Reader *reader, const ScimFilterNode *node, ScimFilter *filter)
{
	const ScimAttribute *attribute;
	const Comparable *comparable;

	filter->op = node->op;
	filter->value_kind = node->value_kind;
	/* that there is none can be asked of a complex attribute, too */
	if (node->value_kind == SCIM_VALUE_NULL)
	{
		if ((1 << node->op & EQUAL) == 0)
			return refuse_at(reader, node->op_span.start, filter->path.text,
							 psprintf("%s cannot be compared with null but by eq or ne",
									  filter->path.text));
		return true;
	}
	if (!find_simple(reader, node, &filter->path))
		return false;
	attribute = leaf(&filter->path);
	comparable = &comparables[attribute->type];
	if (reader->coerces)
		coerce(attribute, filter, node->value);
	if ((1 << node->op & comparable->ops) == 0)
		return refuse_comparison(reader, node, &filter->path, node->op_span);
	if ((1 << filter->value_kind & comparable->values) == 0 ||
		!is_readable(attribute->type, node->value))
		return refuse_comparison(reader, node, &filter->path, node->value_span);
	if (filter->value_kind >= SCIM_VALUE_NUMBER)
		filter->value = unconstify(char *, node->value);
	return true;
}

/* ---- conditions ---- */

static ScimFilter *
new_filter(const Reader *reader, ScimFilterKind kind, const ScimFilterNode *node)
{
	ScimFilter *filter = palloc0(sizeof(ScimFilter));

	filter->kind = kind;
	filter->position = scim_filter_position(reader->parse->text, node->start);
	return filter;
}

static ScimFilter *
constant(const Reader *reader, const ScimFilterNode *node, bool matches)
{
	return new_filter(reader, matches ? SCIM_FILTER_ALWAYS : SCIM_FILTER_NEVER, node);
}

/* Of an attribute that no resource of the type has a value of. */
static ScimFilter *
without_value(const Reader *reader, const ScimFilterNode *node)
{
	bool		matches = false;

	if (node->kind == SCIM_FILTER_COMPARE)
		matches = node->value_kind == SCIM_VALUE_NULL ? node->op == SCIM_EQ : node->op == SCIM_NE;
	return constant(reader, node, matches);
}

/* The name of the resource type is the same in all of its resources. */
static bool
is_type_name(const ScimPath *path)
{
	return !path->extension && path->sub && strcmp(path->attribute->name, "meta") == 0 &&
		strcmp(path->sub->name, "resourceType") == 0;
}

static ScimFilter *resolve(const Reader *reader, int index, const ScimPath *outer);

static ScimFilter *
resolve_value_path(const Reader *reader, const ScimFilterNode *node)
{
	ScimFilter *filter = new_filter(reader, SCIM_FILTER_VALUE_PATH, node);

	if (!find_attribute(reader, node->path, NULL, &filter->path))
		return without_value(reader, node);
	if (filter->path.sub ||
		!(filter->path.attribute->multi_valued || filter->path.attribute->type == SCIM_COMPLEX))
	{
		refuse_name(reader, node->path, "has no parts that brackets could choose from");
		return constant(reader, node, false);
	}
	if (reader->several)
		reader->several->problem->solved = true;
	filter->left = resolve(reader, node->left, &filter->path);
	return filter;
}

/* Does the condition, on meta.resourceType, hold in the type? */
static bool
names_type(const Reader *reader, const ScimFilterNode *node, const ScimFilter *filter)
{
	if (filter->value)
		return scim_type_name_matches(reader->type->name, filter->op, filter->value);
	return node->kind == SCIM_FILTER_PRESENT || filter->op == SCIM_NE;
}

static ScimFilter *
resolve_condition(const Reader *reader, const ScimFilterNode *node, const ScimPath *outer)
{
	ScimFilter *filter = new_filter(reader, node->kind, node);
	ScimFilter *negation;

	if (!find_attribute(reader, node->path, outer, &filter->path))
		return without_value(reader, node);
	if (node->kind == SCIM_FILTER_COMPARE && !read_comparison(reader, node, filter))
		return constant(reader, node, false);
	if (reader->several)
		reader->several->problem->solved = true;
	if (reader->several && is_type_name(&filter->path))
		return constant(reader, node, names_type(reader, node, filter));
	if (node->kind == SCIM_FILTER_PRESENT || filter->value_kind != SCIM_VALUE_NULL)
		return filter;

	/* compared with null: present or not (RFC 7643 section 2.5) */
	filter->kind = SCIM_FILTER_PRESENT;
	if (filter->op == SCIM_NE)
		return filter;
	negation = new_filter(reader, SCIM_FILTER_NOT, node);
	negation->left = filter;
	return negation;
}

static ScimFilter *
resolve(const Reader *reader, int index, const ScimPath *outer)
{
	const ScimFilterNode *node = &reader->parse->nodes[index];
	ScimFilter *filter;

	check_stack_depth();
	if (reader->several)
		reader->several->problem = &reader->several->problems[index];
	if (node->kind == SCIM_FILTER_COMPARE || node->kind == SCIM_FILTER_PRESENT)
		return resolve_condition(reader, node, outer);
	if (node->kind == SCIM_FILTER_VALUE_PATH)
		filter = resolve_value_path(reader, node);
	else
	{
		filter = new_filter(reader, node->kind, node);
		filter->left = resolve(reader, node->left, outer);
		if (node->right >= 0)
			filter->right = resolve(reader, node->right, outer);
	}
	return reader->several ? scim_fold_filter(filter) : filter;
}

/* ---- entry points ---- */

void
scim_begin_filter_parse(ScimFilterParse *parse)
{
	/* what is longer is refused before it needs any */
	int			length = Min(parse->length, SCIM_FILTER_MAX_LENGTH);

	parse->nodes = palloc(SCIM_FILTER_NODES(length) * sizeof(ScimFilterNode));
	parse->bytes = palloc(SCIM_FILTER_BYTES(length));
}

ScimFilter *
scim_read_filter(const ScimResourceType *type, const ScimRules *rules, const char *text)
{
	ScimFilterParse parse = {.text = text,
		.length = strlen(text),
	.lenient = rules->filter};
	Reader		reader = {.type = type, .parse = &parse, .coerces = rules->filter};
	ScimFilter *filter;

	scim_begin_filter_parse(&parse);
	if (!scim_parse_filter(&parse))
		scim_throw_filter(&parse, "filter");
	filter = resolve(&reader, parse.root, NULL);
	pfree(parse.nodes);
	return filter;
}

/* The first of the conditions that no type has an answer to. */
static void
throw_unsolved(const ScimFilterParse *parse, const Problem *problems)
{
	const Problem *first = NULL;

	for (int i = 0; i < parse->node_count; i++)
	{
		if (problems[i].text && !problems[i].solved &&
			(first == NULL || problems[i].start < first->start))
			first = &problems[i];
	}
	if (first && first->is_unknown)
		throw_at(first->code, parse, first->start, first->path,
				 psprintf("\"%s\" is an attribute of no resource type", first->path));
	if (first)
		throw_at(first->code, parse, first->start, first->path, first->text);
}

void
scim_read_filters(const ScimResourceType *const *types, int count, const ScimRules *rules,
				  const char *text, ScimFilterLack lack, void *argument, ScimFilter **filters)
{
	ScimFilterParse parse = {.text = text,
		.length = strlen(text),
	.lenient = rules->filter};
	Several		several = {.lack = lack, .argument = argument};

	scim_begin_filter_parse(&parse);
	if (!scim_parse_filter(&parse))
		scim_throw_filter(&parse, "filter");
	several.problems = palloc0(parse.node_count * sizeof(Problem));
	for (int i = 0; i < count; i++)
	{
		Reader		reader = {
			.type = types[i],
			.parse = &parse,
			.coerces = rules->filter,
			.several = &several
		};

		several.type = i;
		filters[i] = resolve(&reader, parse.root, NULL);
	}
	throw_unsolved(&parse, several.problems);
}

ScimFilter *
scim_read_value_filter(const ScimResourceType *type, const ScimRules *rules,
					   const ScimFilterParse *parse, const ScimPath *outer)
{
	Reader		reader = {
		.type = type,
		.parse = parse,
		.coerces = rules->filter || rules->coerce
	};
	ScimPath	attribute = *outer;

	check_readable(outer->attribute, outer->text);
	return resolve(&reader, parse->root, &attribute);
}
