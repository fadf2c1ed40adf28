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
 */
#include "merge_promises.h"

#include "base/jsonb_tree.h"
#include "core/content.h"

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

static ScimMerge
merged(Jsonb *base, Jsonb *mine, Jsonb *theirs, const char *rules)
{
	MergeCase	c = {base, mine, theirs, rules ? server_read_json(rules, strlen(rules)) : NULL};

	merge_case(&c);
	return c.merge;
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
