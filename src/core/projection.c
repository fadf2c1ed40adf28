/*
 * projection.c
 *		Which attributes of a resource are shown.
 *
 * For every attribute of the type, and every sub-attribute, it is decided once
 * whether it is shown; resources are then trimmed by that, from a list as fast
 * as one.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "core/filter.h"
#include "core/filter_path.h"
#include "core/path.h"
#include "core/projection.h"
#include "miscadmin.h"

/* What is shown of an attribute. */
typedef struct Choice
{
	bool		shown;			/* anything of it */
	bool		rest;			/* also what the schema does not know of */
	bool	   *subs;			/* each sub-attribute; NULL: it has none */
	bool		whole;			/* all of it, so there is no need to look inside */
} Choice;

/* The attributes of one schema. */
typedef struct Level
{
	const ScimAttribute *attributes;	/* ends with name NULL */
	Choice	   *choices;		/* of each */
	bool		rest;			/* also what the schema does not know of */
} Level;

struct ScimProjection
{
	const ScimResourceType *type;
	Level		core;
	Level		common;
	Level	   *extensions;		/* of each of the type's */
	bool		whole;			/* nothing is left out */
	bool		version;		/* "_version" is added */
};

/* ---- deciding ---- */

static inline bool
is_default(const ScimAttribute *attribute)
{
	return attribute->returned == SCIM_DEFAULT || attribute->returned == SCIM_ALWAYS;
}

static int
count_attributes(const ScimAttribute *attributes)
{
	int			count = 0;

	while (attributes[count].name)
		count++;
	return count;
}

/*
 * The attribute as a whole, as it is shown by default (RFC 7643 section 7:
 * "request" needs its own name).
 */
static void
show(const ScimAttribute *attribute, Choice *choice)
{
	choice->shown = choice->rest = true;
	for (int i = 0; choice->subs && attribute->sub[i].name; i++)
		choice->subs[i] |= is_default(&attribute->sub[i]);
}

static void
show_defaults(Level *level)
{
	level->rest = true;
	for (int i = 0; level->attributes[i].name; i++)
	{
		if (is_default(&level->attributes[i]))
			show(&level->attributes[i], &level->choices[i]);
	}
}

static void
init_level(Level *level, const ScimAttribute *attributes)
{
	int			count = count_attributes(attributes);

	level->attributes = attributes;
	level->rest = false;
	level->choices = palloc0(Max(count, 1) * sizeof(Choice));
	for (int i = 0; i < count; i++)
	{
		if (attributes[i].sub)
			level->choices[i].subs = palloc0(Max(count_attributes(attributes[i].sub), 1) *
											 sizeof(bool));
	}
}

/*
 * What is returned always, and never; and what of it all is shown whole.  True
 * if nothing is left out.  (A password is in no document, so it is not missed.)
 */
static bool
finish_level(Level *level, bool has_password)
{
	bool		whole = level->rest;

	for (int i = 0; level->attributes[i].name; i++)
	{
		const ScimAttribute *attribute = &level->attributes[i];
		Choice	   *choice = &level->choices[i];

		if (attribute->returned == SCIM_ALWAYS && !choice->shown)
			show(attribute, choice);
		if (attribute->returned == SCIM_NEVER)
			choice->shown = false;
		choice->whole = choice->shown && choice->rest;
		for (int j = 0; choice->subs && attribute->sub[j].name; j++)
		{
			if (attribute->sub[j].returned == SCIM_ALWAYS)
				choice->subs[j] = true;
			if (attribute->sub[j].returned == SCIM_NEVER)
				choice->subs[j] = false;
			choice->whole &= choice->subs[j];
		}
		whole &= choice->whole || (has_password && strcmp(attribute->name, "password") == 0);
	}
	return whole;
}

static Level *
level_of(ScimProjection *projection, const ScimPath *path)
{
	const char *name;

	for (int i = 0; path->extension && projection->type->extensions[i]; i++)
	{
		if (projection->type->extensions[i] == path->extension)
			return &projection->extensions[i];
	}
	name = path->attribute->name;
	return scim_attribute(projection->core.attributes, name, strlen(name)) == path->attribute ?
		&projection->core : &projection->common;
}

/* Shows or hides what a path names; what is always returned comes back in the end. */
static void
choose(ScimProjection *projection, const ScimPath *path, bool shown)
{
	const ScimAttribute *attribute = path->attribute;
	Level	   *level = level_of(projection, path);
	Choice	   *choice;

	if (attribute == NULL)		/* an extension as a whole */
	{
		if (shown)
			show_defaults(level);
		for (int i = 0; !shown && level->attributes[i].name; i++)
			level->choices[i].shown = false;
		level->rest = shown;
		return;
	}
	choice = &level->choices[attribute - level->attributes];
	if (path->sub)
	{
		choice->subs[path->sub - attribute->sub] = shown;
		choice->shown |= shown;
	}
	else if (shown)
		show(attribute, choice);
	else
		choice->shown = false;
}

static void
choose_all(ScimProjection *projection, const ScimRules *rules, char *const *names, int count,
		   bool shown)
{
	for (int i = 0; i < count; i++)
	{
		const char *name = names[i];
		ScimPath	path;

		CHECK_FOR_INTERRUPTS();
		scim_resolve_path(projection->type, rules, name, strlen(name), &path);
		if (path.filter && !rules->filter)
			scim_throw_path(SCIM_INVALID_PATH, name,
							"\"%s\" has a value filter; attributes are named without", name);
		if (path.attribute && strcmp(path.attribute->name, "_version") == 0)
			scim_resolve_path(projection->type, rules, "meta.version", strlen("meta.version"),
							  &path);
		choose(projection, &path, shown);
	}
}

const ScimProjection *
scim_read_projection(const ScimResourceType *type, const ScimRules *rules,
					 char *const *attributes, int attribute_count,
					 char *const *excluded, int excluded_count)
{
	ScimProjection *projection;
	int			extensions = 0;

	if (attribute_count < 0 && excluded_count < 0 && type->projection)
		return type->projection;
	if (attribute_count >= 0 && excluded_count >= 0)
		scim_throw_path(SCIM_BAD_PARAMETER, "excluded_attributes",
						"attributes and excluded_attributes exclude one another");
	while (type->extensions[extensions])
		extensions++;
	projection = palloc0(sizeof(ScimProjection));
	projection->type = type;
	projection->extensions = palloc(Max(extensions, 1) * sizeof(Level));
	init_level(&projection->core, type->schema->attributes);
	init_level(&projection->common, scim_common_attributes());
	for (int i = 0; i < extensions; i++)
		init_level(&projection->extensions[i], type->extensions[i]->attributes);

	if (attribute_count < 0)
	{
		show_defaults(&projection->core);
		show_defaults(&projection->common);
		for (int i = 0; i < extensions; i++)
			show_defaults(&projection->extensions[i]);
		choose_all(projection, rules, excluded, excluded_count, false);
	}
	else
		choose_all(projection, rules, attributes, attribute_count, true);

	projection->whole = finish_level(&projection->core, type->has_password);
	projection->whole &= finish_level(&projection->common, false);
	for (int i = 0; i < extensions; i++)
		projection->whole &= finish_level(&projection->extensions[i], false);
	return projection;
}

const ScimProjection *
scim_project_version(const ScimProjection *projection)
{
	ScimProjection *copy = palloc(sizeof(ScimProjection));

	*copy = *projection;
	copy->version = true;
	return copy;
}

/* ---- asking ---- */

bool
scim_projects_version(const ScimProjection *projection)
{
	return projection->version;
}

/* What is shown of the attribute of that name, or NULL if the level has none. */
static const Choice *
find_choice(const Level *level, const char *name, int length, const ScimAttribute **attribute)
{
	*attribute = scim_attribute(level->attributes, name, length);
	return *attribute ? &level->choices[*attribute - level->attributes] : NULL;
}

static const Choice *
find_top_choice(const ScimProjection *projection, const char *name, int length,
				const ScimAttribute **attribute)
{
	const Choice *choice = find_choice(&projection->core, name, length, attribute);

	return choice ? choice : find_choice(&projection->common, name, length, attribute);
}

bool
scim_projects(const ScimProjection *projection, const char *name, const char *sub)
{
	const ScimAttribute *attribute;
	const Choice *choice = find_top_choice(projection, name, strlen(name), &attribute);
	const ScimAttribute *part;

	if (choice == NULL || !choice->shown)
		return false;
	if (sub == NULL || choice->subs == NULL)
		return true;
	part = scim_attribute(attribute->sub, sub, strlen(sub));
	return part && choice->subs[part - attribute->sub];
}

/* ---- trimming ---- */

static JsonbValue *trim_value(const ScimAttribute *attribute, const Choice *choice,
							  JsonbValue *value);

/* Keeps of a complex value what is shown; NULL if nothing is left. */
static JsonbValue *
trim_complex(const ScimAttribute *attribute, const Choice *choice, const JsonbValue *value)
{
	JsonbValue *object = scim_open(value);
	int			kept = 0;

	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &object->val.object.pairs[i];
		const ScimAttribute *sub = scim_attribute(attribute->sub, pair->key.val.string.val,
												  pair->key.val.string.len);

		if (sub ? choice->subs[sub - attribute->sub] : choice->rest)
			object->val.object.pairs[kept++] = *pair;
	}
	object->val.object.nPairs = kept;
	return kept > 0 ? object : NULL;
}

static JsonbValue *
trim_array(const ScimAttribute *attribute, const Choice *choice, const JsonbValue *value)
{
	JsonbValue *array = scim_open(value);
	int			kept = 0;

	for (int i = 0; i < array->val.array.nElems; i++)
	{
		JsonbValue *element;

		CHECK_FOR_INTERRUPTS();
		element = trim_value(attribute, choice, &array->val.array.elems[i]);
		if (element)
			array->val.array.elems[kept++] = *element;
	}
	array->val.array.nElems = kept;
	return kept > 0 ? array : NULL;
}

/* What is shown of an attribute's value, or NULL. */
static JsonbValue *
trim_value(const ScimAttribute *attribute, const Choice *choice, JsonbValue *value)
{
	check_stack_depth();
	if (!choice->shown)
		return NULL;
	if (choice->whole || choice->subs == NULL)
		return value;
	if (scim_is_array(value))
		return trim_array(attribute, choice, value);
	if (scim_is_object(value))
		return trim_complex(attribute, choice, value);
	return choice->rest ? value : NULL; /* what a table holds that the schema does not allow */
}

static JsonbValue *
trim_extension(const Level *level, JsonbValue *value)
{
	JsonbValue *object;
	int			kept = 0;

	if (!scim_is_object(value))
		return level->rest ? value : NULL;
	object = scim_open(value);
	for (int i = 0; i < object->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &object->val.object.pairs[i];
		const ScimAttribute *attribute;
		const Choice *choice = find_choice(level, pair->key.val.string.val,
										   pair->key.val.string.len, &attribute);
		JsonbValue *shown;

		if (choice)
			shown = trim_value(attribute, choice, &pair->value);
		else
			shown = level->rest ? &pair->value : NULL;
		if (shown == NULL)
			continue;
		object->val.object.pairs[kept].key = pair->key;
		object->val.object.pairs[kept++].value = *shown;
	}
	object->val.object.nPairs = kept;
	return kept > 0 ? object : NULL;
}

/* What is shown of a top-level member, or NULL. */
static JsonbValue *
trim_top(const ScimProjection *projection, const JsonbValue *key, JsonbValue *value)
{
	const char *name = key->val.string.val;
	int			length = key->val.string.len;
	const ScimAttribute *attribute;
	const Choice *choice = find_top_choice(projection, name, length, &attribute);

	if (choice)
		return trim_value(attribute, choice, value);
	for (int i = 0; projection->type->extensions[i]; i++)
	{
		if (scim_same_name(name, length, projection->type->extensions[i]->urn))
			return trim_extension(&projection->extensions[i], value);
	}
	return projection->core.rest ? value : NULL;
}

void
scim_project(const ScimProjection *projection, JsonbValue *resource)
{
	int			kept = 0;

	if (projection->whole)
		return;
	for (int i = 0; i < resource->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &resource->val.object.pairs[i];
		JsonbValue *shown = trim_top(projection, &pair->key, &pair->value);

		if (shown == NULL)
			continue;
		resource->val.object.pairs[kept].key = pair->key;
		resource->val.object.pairs[kept++].value = *shown;
	}
	resource->val.object.nPairs = kept;
}
