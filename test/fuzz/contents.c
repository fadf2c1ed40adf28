/*
 * contents.c
 *		Contents, and the paths that merges tell, as their promises see them.
 *
 * It reads both by itself, and looks at nothing of src/core but the content and
 * whether two values are the same.
 */
#include "contents.h"

#include "base/jsonb_tree.h"
#include "core/content.h"
#include "core/differ.h"
#include "core/fold.h"

Jsonb *
merge_content(Jsonb *document)
{
	return scim_write(scim_content_tree(&document->root, NULL));
}

bool
same(const JsonbValue *a, const JsonbValue *b)
{
	return scim_same_content(a, b);
}

bool
same_documents(Jsonb *a, Jsonb *b)
{
	JsonbValue	x;
	JsonbValue	y;

	scim_root(merge_content(a), &x);
	scim_root(merge_content(b), &y);
	return same(&x, &y);
}

/* ---- arrays as sets ---- */

int
elements_of(const JsonbValue *array, JsonbValue **elements)
{
	JsonbValue *tree = array && scim_is_array(array) ? scim_open(array) : NULL;

	*elements = tree ? tree->val.array.elems : NULL;
	return tree ? tree->val.array.nElems : 0;
}

int
times_in(const JsonbValue *array, const JsonbValue *value, bool as_sets)
{
	JsonbValue *elements;
	int			count = elements_of(array, &elements);
	int			times = 0;

	for (int i = 0; i < count; i++)
		times += as_sets ? same_as_sets(&elements[i], value) : same(&elements[i], value);
	return times;
}

static bool
same_members_as_sets(const JsonbValue *a, const JsonbValue *b)
{
	JsonbValue *x = scim_open(a);
	JsonbValue *y = scim_open(b);

	if (x->val.object.nPairs != y->val.object.nPairs)
		return false;
	for (int i = 0; i < x->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &x->val.object.pairs[i];
		JsonbValue *other = scim_get(y, pair->key.val.string.val, pair->key.val.string.len);

		if (!other || !same_as_sets(&pair->value, other))
			return false;
	}
	return true;
}

bool
same_as_sets(const JsonbValue *a, const JsonbValue *b)
{
	JsonbValue *elements;
	JsonbValue *others;
	int			count;

	if (scim_is_object(a) && scim_is_object(b))
		return same_members_as_sets(a, b);
	if (!scim_is_array(a) || !scim_is_array(b))
		return same(a, b);
	count = elements_of(a, &elements);
	if (count != elements_of(b, &others))
		return false;
	for (int i = 0; i < count; i++)
	{
		if (times_in(a, &elements[i], true) != times_in(b, &elements[i], true))
			return false;
	}
	return true;
}

bool
same_documents_as_sets(Jsonb *a, Jsonb *b)
{
	JsonbValue	x;
	JsonbValue	y;

	scim_root(merge_content(a), &x);
	scim_root(merge_content(b), &y);
	return same_as_sets(&x, &y);
}

bool
contains(const JsonbValue *whole, const JsonbValue *part)
{
	if (whole && scim_is_object(whole) && scim_is_object(part))
	{
		JsonbValue *x = scim_open(whole);
		JsonbValue *y = scim_open(part);

		for (int i = 0; i < y->val.object.nPairs; i++)
		{
			JsonbPair  *pair = &y->val.object.pairs[i];

			if (!contains(scim_get(x, pair->key.val.string.val, pair->key.val.string.len),
						  &pair->value))
				return false;
		}
		return true;
	}
	if (whole && scim_is_array(whole) && scim_is_array(part))
	{
		JsonbValue *elements;
		JsonbValue *others;
		int			count = elements_of(part, &elements);
		int			other_count = elements_of(whole, &others);

		for (int i = 0; i < count; i++)
		{
			int			at = 0;

			while (at < other_count && !contains(&others[at], &elements[i]))
				at++;
			if (at == other_count)
				return false;
		}
		return true;
	}
	return same(whole, part);
}

/* ---- paths ---- */

/* A condition of brackets: "type eq JSON"; the text behind it, or NULL: it is none. */
static const char *
read_condition(const char *at, const char *part, JsonbValue *value)
{
	const char *end;
	Jsonb	   *read;

	if (strncmp(at, part, strlen(part)) != 0 || strncmp(at + strlen(part), " eq ", 4) != 0)
		return NULL;
	at += strlen(part) + 4;
	end = at;
	if (*at == '"')
	{
		for (end = at + 1; *end && *end != '"'; end++)
			end += *end == '\\' && end[1];
		end += *end == '"';
	}
	else
		end += strcspn(at, " ]");
	read = server_read_json(at, end - at);
	if (!read)
		return NULL;
	scim_root(read, value);
	return end;
}

static bool
fits(const JsonbValue *element, const char *part, const JsonbValue *wanted)
{
	JsonbValue	value;

	if (!scim_is_object(element) || !scim_find_member(element, part, &value))
		return false;
	if (value.type == jbvString && wanted->type == jbvString)
		return scim_is_same_folded(value.val.string.val, value.val.string.len,
								   wanted->val.string.val, wanted->val.string.len);
	return same(&value, wanted);
}

static bool
has_type(const JsonbValue *element)
{
	JsonbValue	value;

	return scim_is_object(element) && scim_find_member(element, "type", &value) &&
		value.type == jbvString && value.val.string.len > 0;
}

static bool follow(const JsonbValue *value, const char *path, JsonbValue *found);

/* In an array, by what stands in brackets. */
static bool
follow_brackets(const JsonbValue *array, const char *at, JsonbValue *found)
{
	JsonbValue	type;
	JsonbValue	value;
	const char *behind_type = read_condition(at, "type", &type);
	const char *behind = behind_type ? behind_type : at;
	bool		by_value = !behind_type || strncmp(behind, " and ", 5) == 0;
	JsonbValue *elements;
	int			count = elements_of(array, &elements);

	if (by_value)
		behind = read_condition(behind_type ? behind + 5 : at, "value", &value);
	if (!behind || *behind != ']')
		return false;
	behind++;
	for (int i = 0; i < count; i++)
	{
		if (behind_type ? fits(&elements[i], "type", &type) : !has_type(&elements[i]))
		{
			if (!by_value || fits(&elements[i], "value", &value))
				return follow(&elements[i], *behind == '.' ? behind + 1 : behind, found);
		}
	}
	return false;
}

/* Is there a value at the path?  Names may hold '.' and ':', as URNs do: all that fit are tried. */
static bool
follow(const JsonbValue *value, const char *path, JsonbValue *found)
{
	JsonbValue *tree;

	*found = *value;
	if (*path == '\0')
		return true;
	tree = scim_is_object(value) ? scim_open(value) : NULL;
	for (int i = 0; tree && i < tree->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &tree->val.object.pairs[i];
		int			length = pair->key.val.string.len;

		if (strncmp(path, pair->key.val.string.val, length) != 0)
			continue;
		if (path[length] == '\0' || path[length] == '.' || path[length] == ':')
		{
			if (follow(&pair->value, path + length + (path[length] != '\0'), found))
				return true;
		}
		else if (path[length] == '[' && follow_brackets(&pair->value, path + length + 1, found))
			return true;
	}
	return false;
}

const JsonbValue *
value_at(Jsonb *content, const char *path)
{
	JsonbValue *found = palloc(sizeof(JsonbValue));
	JsonbValue	root;

	scim_root(content, &root);
	return follow(&root, path, found) ? found : NULL;
}

static bool
is_within(const char *path, const char *other)
{
	size_t		length = strlen(other);

	return strncmp(path, other, length) == 0 &&
		(path[length] == '\0' || strchr(".[:", path[length]));
}

bool
touches(const char *a, const char *b)
{
	return is_within(a, b) || is_within(b, a);
}

bool
is_listed(const List *paths, const char *path)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		if (strcmp(lfirst(cell), path) == 0)
			return true;
	}
	return false;
}

bool
is_touched(const List *paths, const char *path)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		if (touches(lfirst(cell), path))
			return true;
	}
	return false;
}
