/*
 * merge_promises.c
 *		What a merge promises whatever it merges.
 *
 * - Whose side is mine does not matter: the same changes, the same conflicts, and where
 *   there is none, but for the order in arrays, the same content.
 * - With the base, and with itself, a side stays what it is.
 * - What comes out is a content, and its own.
 * - No write is lost: at each path that a side changed, and that is in no conflict, is
 *   what that side has there; with {"*": "mine"} ("theirs") at all of that side's.
 * - Nothing is invented: each value is one that a side has at that place.
 * - The paths of a side are what it changed, all of it, each once.
 * - A conflict is of both, tells what each has there, and holds theirs.
 * - No more values are primary than one, or than a side had.
 *
 * It reads paths by itself, and looks at nothing of src/core but the content and
 * whether two values are the same.
 */
#include "merge_promises.h"

#include "base/jsonb_tree.h"
#include "core/content.h"
#include "core/differ.h"
#include "core/fold.h"

#undef snprintf

#define PROMISE(condition, ...) \
	do { if (!(condition)) return psprintf(__VA_ARGS__); } while (0)

/* Looks further unless something is broken. */
#define ALSO(expression) \
	do { const char *broken_ = (expression); if (broken_) return broken_; } while (0)

void
merge_case(void *argument)
{
	MergeCase  *c = argument;
	const ScimMergeRules *rules = scim_read_merge_rules(NULL, c->rules);

	scim_merge_contents(NULL, c->base, c->mine, NULL, c->theirs, rules, &c->merge);
}

Jsonb *
merge_content(Jsonb *document)
{
	return scim_write(scim_content_tree(&document->root, NULL));
}

static ScimMerge
merged(Jsonb *base, Jsonb *mine, Jsonb *theirs, const char *rules)
{
	MergeCase	c = {base, mine, theirs, rules ? server_read_json(rules, strlen(rules)) : NULL};

	merge_case(&c);
	return c.merge;
}

static bool
same(const JsonbValue *a, const JsonbValue *b)
{
	return scim_same_content(a, b);
}

static bool
same_documents(Jsonb *a, Jsonb *b)
{
	JsonbValue	x;
	JsonbValue	y;

	scim_root(merge_content(a), &x);
	scim_root(merge_content(b), &y);
	return same(&x, &y);
}

/* ---- arrays as sets ---- */

static int
elements_of(const JsonbValue *array, JsonbValue **elements)
{
	JsonbValue *tree = array && scim_is_array(array) ? scim_open(array) : NULL;

	*elements = tree ? tree->val.array.elems : NULL;
	return tree ? tree->val.array.nElems : 0;
}

static bool same_as_sets(const JsonbValue *a, const JsonbValue *b);

/* How often is it in the array? */
static int
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

/* Of contents: but for the order in arrays. */
static bool
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

static bool
same_documents_as_sets(Jsonb *a, Jsonb *b)
{
	JsonbValue	x;
	JsonbValue	y;

	scim_root(merge_content(a), &x);
	scim_root(merge_content(b), &y);
	return same_as_sets(&x, &y);
}

/* Is all of "part" in "whole": each member, each element? */
static bool
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

/* The value there, or NULL. */
static const JsonbValue *
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

static bool
touches(const char *a, const char *b)
{
	return is_within(a, b) || is_within(b, a);
}

static bool
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

static bool
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

/* ---- a merge and its sides ---- */

typedef struct Sides
{
	Jsonb	   *base;			/* contents */
	Jsonb	   *mine;
	Jsonb	   *theirs;
} Sides;

/* emails.primary, which is of emails as a whole; NULL: another one. */
static char *
primary_of(const Sides *sides, const ScimMergeConflict *conflict)
{
	size_t		length = strlen(conflict->path);
	char	   *attribute;
	const JsonbValue *there;

	if (length < 9 || strcmp(conflict->path + length - 8, ".primary") != 0)
		return NULL;
	attribute = pnstrdup(conflict->path, length - 8);
	there = value_at(sides->theirs, attribute);
	return there && scim_is_array(there) ? attribute : NULL;
}

/* Does a conflict say what becomes of the path? */
static bool
is_in_conflict(const Sides *sides, const ScimMerge *merge, const char *path, bool only_primary)
{
	ListCell   *cell;

	foreach(cell, merge->conflicts)
	{
		const ScimMergeConflict *conflict = lfirst(cell);
		const char *attribute = primary_of(sides, conflict);

		if (attribute ? touches(path, attribute) : !only_primary && touches(path, conflict->path))
			return true;
	}
	return false;
}

/* ---- what is promised of one merge ---- */

static const char *
check_list(const List *paths)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		int			times = 0;
		ListCell   *other;

		foreach(other, paths)
			times += strcmp(lfirst(cell), lfirst(other)) == 0;
		PROMISE(times == 1, "%s is listed %d times", (char *) lfirst(cell), times);
	}
	return NULL;
}

static bool
is_array_or_nothing(const JsonbValue *value)
{
	return value == NULL || scim_is_array(value);
}

/* Of elements that are their own identity: how many of this one there shall be. */
static int
times_wanted(int base, int mine, int theirs)
{
	if (mine >= base && theirs >= base)
		return Max(mine, theirs);
	if (mine <= base && theirs <= base)
		return Min(mine, theirs);
	return mine + theirs - base;
}

static const char *
check_elements(const char *path, const JsonbValue *base, const JsonbValue *mine,
			   const JsonbValue *theirs, const JsonbValue *result)
{
	const JsonbValue *const arrays[] = {base, mine, theirs, result};

	for (int i = 0; i < (int) lengthof(arrays); i++)
	{
		JsonbValue *elements;
		int			count = elements_of(arrays[i], &elements);

		for (int j = 0; j < count; j++)
		{
			int			wanted = times_wanted(times_in(base, &elements[j], false),
											  times_in(mine, &elements[j], false),
											  times_in(theirs, &elements[j], false));
			int			times = times_in(result, &elements[j], false);

			PROMISE(times == wanted, "%s has an element %d times instead of %d", path, times,
					wanted);
		}
	}
	return NULL;
}

/* What one side ("mine" here) changed is in the result. */
static const char *
check_kept(const Sides *sides, Jsonb *result, const char *path)
{
	const JsonbValue *base = value_at(sides->base, path);
	const JsonbValue *mine = value_at(sides->mine, path);
	const JsonbValue *theirs = value_at(sides->theirs, path);
	const JsonbValue *there = value_at(result, path);

	if ((base || mine) && is_array_or_nothing(base) && is_array_or_nothing(mine) &&
		is_array_or_nothing(theirs))
		return check_elements(path, base, mine, theirs, there);
	PROMISE(mine ? contains(there, mine) : there == NULL, "what was written at %s is lost", path);
	return NULL;
}

/* All that the side changed, and that no conflict is about. */
static const char *
check_all_kept(const Sides *sides, const ScimMerge *merge, const List *paths,
			   const ScimMerge *conflicts, bool only_primary)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		if (!is_in_conflict(sides, conflicts, lfirst(cell), only_primary))
			ALSO(check_kept(sides, merge->merged, lfirst(cell)));
	}
	return NULL;
}

/* Each path is of a change, and each change has one. */
static const char *
check_changes(const Sides *sides, const List *paths)
{
	ListCell   *cell;
	JsonbValue	root;
	JsonbValue *trees[2];

	ALSO(check_list(paths));
	foreach(cell, paths)
		PROMISE(!same(value_at(sides->base, lfirst(cell)), value_at(sides->mine, lfirst(cell))),
				"%s is listed and did not change", (char *) lfirst(cell));
	scim_root(sides->base, &root);
	trees[0] = scim_open(&root);
	scim_root(sides->mine, &root);
	trees[1] = scim_open(&root);
	for (int side = 0; side < 2; side++)
	{
		for (int i = 0; i < trees[side]->val.object.nPairs; i++)
		{
			JsonbPair  *pair = &trees[side]->val.object.pairs[i];
			JsonbValue *other = scim_get(trees[1 - side], pair->key.val.string.val,
										 pair->key.val.string.len);

			PROMISE((other && same_as_sets(&pair->value, other)) ||
					is_touched(paths, scim_string_copy(&pair->key)),
					"%s changed and is not listed", scim_string_copy(&pair->key));
		}
	}
	return NULL;
}

static int
count_primary(const JsonbValue *array)
{
	JsonbValue *elements;
	int			count = elements_of(array, &elements);
	int			times = 0;

	for (int i = 0; i < count; i++)
	{
		JsonbValue	value;

		times += scim_is_object(&elements[i]) &&
			scim_find_member(&elements[i], "primary", &value) &&
			value.type == jbvBool && value.val.boolean;
	}
	return times;
}

static const char *
check_primary_conflict(const Sides *sides, const ScimMerge *merge,
					   const ScimMergeConflict *conflict, const char *attribute)
{
	const JsonbValue *base = value_at(sides->base, attribute);
	const JsonbValue *mine = value_at(sides->mine, attribute);
	const JsonbValue *theirs = value_at(sides->theirs, attribute);

	PROMISE(conflict->mine && times_in(mine, conflict->mine, false) > 0 &&
			conflict->theirs && times_in(theirs, conflict->theirs, false) > 0 &&
			(!conflict->base || times_in(base, conflict->base, false) > 0),
			"%s names values that are not there", conflict->path);
	PROMISE(count_primary(value_at(merge->merged, attribute)) == 1,
			"%s leaves more or less than one", conflict->path);
	return NULL;
}

static const char *
check_conflict(const Sides *sides, const ScimMerge *merge, const ScimMergeConflict *conflict)
{
	const char *path = conflict->path;
	const char *attribute = primary_of(sides, conflict);

	if (attribute)
		return check_primary_conflict(sides, merge, conflict, attribute);
	PROMISE(same(conflict->base, value_at(sides->base, path)) &&
			same(conflict->mine, value_at(sides->mine, path)) &&
			same(conflict->theirs, value_at(sides->theirs, path)),
			"the conflict at %s tells what is not there", path);
	PROMISE(!same(conflict->base, conflict->mine) && !same(conflict->base, conflict->theirs) &&
			!same(conflict->mine, conflict->theirs), "there is no conflict at %s", path);
	PROMISE(is_touched(merge->mine, path) && is_touched(merge->theirs, path),
			"the conflict at %s is not of both", path);
	PROMISE(same(conflict->theirs, value_at(merge->merged, path)),
			"the conflict at %s does not hold theirs", path);
	return NULL;
}

/* Is each scalar one that some of the others have in its place, whatever the element? */
static bool
is_from(const JsonbValue *value, const JsonbValue *const *others, int count)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	child;

	if (value->type != jbvBinary)
	{
		for (int i = 0; i < count; i++)
		{
			if (same(value, others[i]))
				return true;
		}
		return false;
	}
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &key, &child))
	{
		const JsonbValue **children = NULL;
		int			child_count = 0;

		for (int i = 0; i < count; i++)
		{
			JsonbValue *tree = others[i]->type == jbvBinary &&
				scim_is_object(others[i]) == scim_is_object(value) ? scim_open(others[i]) : NULL;
			int			all = !tree ? 0 : tree->type == jbvArray ? tree->val.array.nElems : 1;

			children = children ? repalloc(children, (child_count + all + 1) * sizeof(JsonbValue *))
				: palloc((all + 1) * sizeof(JsonbValue *));
			for (int j = 0; j < all; j++)
			{
				const JsonbValue *found = tree->type == jbvArray ? &tree->val.array.elems[j]
				: scim_get(tree, key.val.string.val, key.val.string.len);

				if (found)
					children[child_count++] = found;
			}
		}
		if (!is_from(&child, children, child_count))
			return false;
	}
	return true;
}

static const char *
check_nothing_invented(const Sides *sides, Jsonb *result)
{
	JsonbValue	values[3];
	const JsonbValue *const others[] = {&values[1], &values[2]};

	scim_root(result, &values[0]);
	scim_root(sides->mine, &values[1]);
	scim_root(sides->theirs, &values[2]);
	PROMISE(is_from(&values[0], others, lengthof(others)),
			"something is in the result that no side has");
	return NULL;
}

/* At the top level: no more of an attribute's values than one, unless a side had more. */
static const char *
check_primary(const Sides *sides, Jsonb *result)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, &result->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		const char *name = scim_string_copy(&key);
		JsonbValue	found;
		int			mine = scim_find(&sides->mine->root, name, &found) ? count_primary(&found) : 0;
		int			theirs = scim_find(&sides->theirs->root, name, &found) ? count_primary(&found)
		: 0;

		PROMISE(count_primary(&value) <= 1 || mine > 1 || theirs > 1, "%s has many primary values",
				name);
	}
	return NULL;
}

static const char *
text_of(ScimForm form)
{
	return pnstrdup(form.data, form.length);
}

/* Written as content, it is what it is. */
static const char *
check_content(Jsonb *result)
{
	JsonbValue	root;
	const char *form;

	scim_root(result, &root);
	form = text_of(scim_canonical_form(&root));
	PROMISE(strcmp(form, text_of(scim_content_form(&result->root, NULL))) == 0,
			"the result is not normalised");
	return NULL;
}

/* ---- what is promised of several ---- */

static const char *
check_same_conflicts(const ScimMerge *one, const ScimMerge *other)
{
	ListCell   *cell;
	ListCell   *again;

	PROMISE(list_length(one->conflicts) == list_length(other->conflicts),
			"sides swapped, there are %d conflicts instead of %d", list_length(other->conflicts),
			list_length(one->conflicts));
	foreach(cell, one->conflicts)
	{
		const ScimMergeConflict *a = lfirst(cell);
		bool		found = false;

		foreach(again, other->conflicts)
		{
			const ScimMergeConflict *b = lfirst(again);

			found |= strcmp(a->path, b->path) == 0 && same(a->base, b->base) &&
				same(a->mine, b->theirs) && same(a->theirs, b->mine);
		}
		PROMISE(found, "sides swapped, the conflict at %s is none, or another one", a->path);
	}
	return NULL;
}

static const char *
check_same_paths(const List *one, const List *other)
{
	ListCell   *cell;

	PROMISE(list_length(one) == list_length(other), "sides swapped, there are other changes");
	foreach(cell, one)
		PROMISE(is_listed(other, lfirst(cell)), "sides swapped, %s is not listed",
				(char *) lfirst(cell));
	return NULL;
}

static const char *
check_swapped(const ScimMerge *merge, const ScimMerge *other)
{
	ALSO(check_same_paths(merge->mine, other->theirs));
	ALSO(check_same_paths(merge->theirs, other->mine));
	ALSO(check_same_conflicts(merge, other));
	PROMISE(merge->conflicts || same_documents_as_sets(merge->merged, other->merged),
			"sides swapped, the result is another one");
	return NULL;
}

static const char *
check_stays(Jsonb *base, Jsonb *side)
{
	ScimMerge	merges[] = {
		merged(base, side, base, NULL), merged(base, base, side, NULL),
		merged(base, side, side, NULL), merged(base, side, base, "{\"*\":\"counter\"}")
	};

	for (int i = 0; i < (int) lengthof(merges); i++)
	{
		PROMISE(!merges[i].conflicts, "a side conflicts with itself, or with the base: %d", i);
		PROMISE(same_documents(merges[i].merged, side), "a side does not stay what it is: %d", i);
	}
	return NULL;
}

static const char *
check_winner(const Sides *sides, const ScimMerge *fails, bool plain)
{
	ScimMerge	by_mine = merged(sides->base, sides->mine, sides->theirs, "{\"*\":\"mine\"}");
	ScimMerge	by_theirs = merged(sides->base, sides->theirs, sides->mine, "{\"*\":\"theirs\"}");

	PROMISE(!by_mine.conflicts && !by_theirs.conflicts, "a rule for all leaves conflicts");
	PROMISE(same_documents_as_sets(by_mine.merged, by_theirs.merged),
			"mine of one is not theirs of the other");
	ALSO(check_content(by_mine.merged));
	if (!plain)
		return NULL;
	ALSO(check_all_kept(sides, &by_mine, by_mine.mine, fails, true));
	return check_nothing_invented(sides, by_mine.merged);
}

static const char *
check_paths(const Sides *sides, const ScimMerge *merge)
{
	Sides		swapped = {sides->base, sides->theirs, sides->mine};
	ListCell   *cell;

	ALSO(check_changes(sides, merge->mine));
	ALSO(check_changes(&swapped, merge->theirs));
	ALSO(check_all_kept(sides, merge, merge->mine, merge, false));
	ALSO(check_all_kept(&swapped, merge, merge->theirs, merge, false));
	foreach(cell, merge->conflicts)
		ALSO(check_conflict(sides, merge, lfirst(cell)));
	return check_nothing_invented(sides, merge->merged);
}

const char *
broken_merge_promise(Jsonb *base, Jsonb *mine, Jsonb *theirs, bool plain)
{
	Sides		sides = {merge_content(base), merge_content(mine), merge_content(theirs)};
	ScimMerge	merge = merged(base, mine, theirs, NULL);
	ScimMerge	other = merged(base, theirs, mine, NULL);

	ALSO(check_content(merge.merged));
	ALSO(check_swapped(&merge, &other));
	ALSO(check_stays(base, mine));
	ALSO(check_stays(base, theirs));
	if (!merge.conflicts)
		ALSO(check_primary(&sides, merge.merged));
	if (plain)
		ALSO(check_paths(&sides, &merge));
	return check_winner(&sides, &merge, plain);
}

const char *
broken_order_promise(Jsonb *base, Jsonb *writers[3], Jsonb *rules, Jsonb **end)
{
	static const int orders[][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
	};
	Jsonb	   *ends[lengthof(orders)];
	bool		conflict = false;

	for (int i = 0; i < (int) lengthof(orders); i++)
	{
		ends[i] = base;
		for (int j = 0; j < 3; j++)
		{
			MergeCase	c = {base, writers[orders[i][j]], ends[i], rules};

			merge_case(&c);
			conflict |= c.merge.conflicts != NIL;
			ends[i] = c.merge.merged;
		}
	}
	*end = conflict ? NULL : ends[0];
	for (int i = 1; i < (int) lengthof(orders) && !conflict; i++)
		PROMISE(same_documents_as_sets(ends[0], ends[i]), "in another order (%d) it is %s", i,
				JsonbToCString(NULL, &ends[i]->root, 0));
	return NULL;
}
