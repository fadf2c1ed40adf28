/*
 * merge.c
 *		Two changes of one content, put together, and scim_merge of contents.
 *
 * Mostly little was changed: what lies there in the same bytes on all sides is not
 * looked into, and is copied as it is.
 */
#include "postgres.h"

#include "base/errors.h"
#include "core/content.h"
#include "core/hidden.h"
#include "core/merge.h"
#include "core/merge_values.h"
#include "core/patch_parse.h"
#include "fmgr.h"
#include "miscadmin.h"

PG_FUNCTION_INFO_V1(scim_merge);

/* ---- attributes ---- */

static void
add_merged(JsonbValue *object, const JsonbValue *key, const ScimMerged *merged)
{
	if (merged->assigned)
		scim_add(object, key->val.string.val, key->val.string.len, &merged->value);
}

/* How an attribute is merged. */
typedef enum Way
{
	BY_VALUE,
	HIDDEN,
	HIDDEN_AND_NOT_NAMED		/* by the patch that mine is: no change of mine */
} Way;

static Way
way_of_hidden(const ScimMerging *merging, const ScimSchema *extension,
			  const ScimAttribute *attribute)
{
	return merging->patch && !scim_patch_names(merging->patch, extension, attribute)
		? HIDDEN_AND_NOT_NAMED
		: HIDDEN;
}

/* Of an attribute of the core schema ("extension" NULL), or of the extension. */
static Way
way_of(const ScimMerging *merging, const ScimSchema *schema, const ScimSchema *extension,
	   const JsonbValue *name)
{
	const ScimAttribute *attribute = schema ?
		scim_attribute(schema->attributes, name->val.string.val, name->val.string.len) : NULL;

	if (attribute && (attribute->returned == SCIM_NEVER || scim_holds_hidden(attribute->sub)))
		return way_of_hidden(merging, extension, attribute);
	return BY_VALUE;
}

/*
 * Mine is not compared with what is stored: whatever it is, the answer is the same, so
 * it tells nobody whether a guess was right.
 */
static void
merge_hidden(ScimMerging *merging, bool named, const JsonbValue *const *of, ScimMerged *merged)
{
	bool		mine = named && (of[SCIM_MINE] || of[SCIM_BASE]);
	bool		theirs = !scim_is_same_value(of[SCIM_BASE], of[SCIM_THEIRS]);

	if (mine)
		scim_add_changed(merging, SCIM_MINE);
	if (theirs)
		scim_add_changed(merging, SCIM_THEIRS);
	if (mine && theirs)
		scim_decide_hidden(merging, of, merged);
	else
		scim_set_merged(merged, of[mine ? SCIM_MINE : SCIM_THEIRS]);
}

/* An attribute at the top level, or of an extension; the path leads to it. */
static void
merge_attribute(ScimMerging *merging, Way way, const ScimTriple *triple, ScimMerged *merged)
{
	merging->attribute = merging->path.len;
	if (way != BY_VALUE)
		merge_hidden(merging, way == HIDDEN, triple->of, merged);
	else if (scim_are_same_bytes(triple->of))
		scim_set_merged(merged, triple->of[SCIM_THEIRS]);
	else
		scim_merge_value(merging, triple->of, merged);
}

/* ---- extensions ---- */

/* As in deltas (core/delta.h): its attributes count one by one. */
static bool
is_extension(const ScimTriple *triple)
{
	return memchr(triple->key.val.string.val, ':', triple->key.val.string.len) != NULL &&
		scim_are_objects(triple->of);
}

/* "extension" NULL: the type knows none of that name. */
static void
merge_extension(ScimMerging *merging, const ScimSchema *extension,
				const JsonbValue *const *of, ScimMerged *merged)
{
	JsonbValue *object = scim_new_object();
	ScimThreeSides sides;
	ScimTriple	triple;

	scim_begin_three_sides(&sides, of);
	while (scim_next_triple(&sides, &triple))
	{
		ScimMerged	attribute;
		int			back = scim_enter_part(merging, ":", &triple.key);

		merge_attribute(merging, way_of(merging, extension, extension, &triple.key), &triple,
						&attribute);
		scim_leave_part(merging, back);
		add_merged(object, &triple.key, &attribute);
	}
	scim_set_merged(merged, object->val.object.nPairs > 0 ? object : NULL);
}

/* ---- the content ---- */

/* What there is of a content at the top level, and is none of it. */
static bool
is_beside(const JsonbValue *name)
{
	return scim_string_is(name, "meta") || scim_string_is(name, "_version");
}

static void
check_members(const JsonbValue *members)
{
	ScimWalk	walk;
	JsonbValue	member;

	scim_walk(&walk, members->val.binary.data);
	while (scim_walk_next(&walk, NULL, &member))
	{
		if (!scim_is_object(&member))
			scim_throw_path(SCIM_INVALID_VALUE, "members", "a member must be an object");
	}
}

/* What other rows tell of users is left out; of groups, members are values like any. */
static void
drop_from_elsewhere(Jsonb *content, const JsonbValue *name, const JsonbValue **value)
{
	if (*value == NULL || !scim_is_from_elsewhere(&content->root, name))
		return;
	if (scim_string_is(name, "groups"))
		*value = NULL;
	else if (scim_is_array(*value))
		check_members(*value);
}

static void
make_binary(JsonbValue *value)
{
	if (value->type == jbvObject || value->type == jbvArray)
		scim_root(scim_write(value), value);
}

/* As it counts; "schemas" in order. */
static void
normalize(const JsonbValue *name, JsonbValue *value)
{
	if (scim_string_is(name, "schemas"))
		*value = *scim_sorted_schemas(value);
	make_binary(value);
	*value = scim_pruned(value);
	make_binary(value);
}

/* Each value as it counts; one that is unassigned is none. */
static void
normalize_sides(ScimTriple *triple)
{
	bool		same = scim_are_same_bytes(triple->of);

	for (int side = 0; side < SCIM_THREE; side++)
	{
		if (triple->of[side] == NULL)
			continue;
		if (same && side > 0)
			triple->values[side] = triple->values[0];
		else
			normalize(&triple->key, &triple->values[side]);
		if (scim_is_unassigned(&triple->values[side]))
			triple->of[side] = NULL;
	}
}

/*
 * What has the name of an extension, and is none on one side, is an attribute, which
 * may hold what is hidden.
 */
static void
merge_top(ScimMerging *merging, const ScimResourceType *type, ScimTriple *triple,
		  ScimMerged *merged)
{
	const ScimSchema *extension = type ?
		scim_extension(type, triple->key.val.string.val, triple->key.val.string.len) : NULL;

	normalize_sides(triple);
	if (is_extension(triple) && (extension || !scim_are_same_bytes(triple->of)) &&
		!scim_is_decided_whole(merging))
		merge_extension(merging, extension, triple->of, merged);
	else if (extension && scim_holds_hidden(extension->attributes))
		merge_attribute(merging, way_of_hidden(merging, extension, NULL), triple, merged);
	else
		merge_attribute(merging, way_of(merging, type ? type->schema : NULL, NULL, &triple->key),
						triple, merged);
	if (merged->assigned && scim_string_is(&triple->key, "schemas"))
		merged->value = *scim_sorted_schemas(&merged->value);
}

/* What the schemas that came together make of it: a user's groups are none of its content. */
static Jsonb *
write_content(JsonbValue *object)
{
	JsonbValue	groups = scim_text("groups");
	Jsonb	   *content = scim_write(object);

	if (!scim_get(object, "groups", strlen("groups")) ||
		!scim_is_from_elsewhere(&content->root, &groups))
		return content;
	scim_remove(object, "groups", strlen("groups"));
	return scim_write(object);
}

static void
merge_tops(ScimMerging *merging, const ScimResourceType *type, Jsonb *const *contents)
{
	JsonbValue *object = scim_new_object();
	JsonbValue	roots[SCIM_THREE];
	const JsonbValue *of[SCIM_THREE];
	ScimThreeSides sides;
	ScimTriple	triple;

	for (int side = 0; side < SCIM_THREE; side++)
	{
		scim_root(contents[side], &roots[side]);
		of[side] = &roots[side];
	}
	scim_begin_three_sides(&sides, of);
	while (scim_next_triple(&sides, &triple))
	{
		ScimMerged	merged;
		int			back;

		if (is_beside(&triple.key))
			continue;
		for (int side = 0; side < SCIM_THREE; side++)
			drop_from_elsewhere(contents[side], &triple.key, &triple.of[side]);
		back = scim_enter_part(merging, "", &triple.key);
		merge_top(merging, type, &triple, &merged);
		scim_leave_part(merging, back);
		add_merged(object, &triple.key, &merged);
	}
	merging->merge->merged = write_content(object);
}

void
scim_merge_contents(const ScimResourceType *type, Jsonb *base, Jsonb *mine,
					const ScimPatch *patch, Jsonb *theirs, const ScimMergeRules *rules,
					ScimMerge *merge)
{
	Jsonb	   *const contents[SCIM_THREE] = {
		[SCIM_BASE] = base, [SCIM_MINE] = mine, [SCIM_THEIRS] = theirs
	};
	ScimMerging merging;

	for (int side = 0; side < SCIM_THREE; side++)
	{
		if (!JB_ROOT_IS_OBJECT(contents[side]))
			scim_throw(scim_error(SCIM_NO_RESOURCE), "a resource must be an object");
	}
	scim_begin_merging(&merging, rules, merge);
	merging.patch = patch;
	merge_tops(&merging, type, contents);
}

/* ---- SQL ---- */

static JsonbValue *
conflicts_shown(const List *conflicts)
{
	JsonbValue *shown = scim_new_array();
	ListCell   *cell;

	foreach(cell, conflicts)
	{
		const ScimMergeConflict *conflict = lfirst(cell);
		JsonbValue *entry = scim_new_object();

		CHECK_FOR_INTERRUPTS();
		scim_set_text(entry, "path", conflict->path);
		if (conflict->base)
			scim_set_value(entry, "base", conflict->base);
		if (conflict->mine)
			scim_set_value(entry, "mine", conflict->mine);
		if (conflict->theirs)
			scim_set_value(entry, "theirs", conflict->theirs);
		scim_append(shown, entry);
	}
	return shown;
}

/*
 * scim_merge(base jsonb, mine jsonb, theirs jsonb, rules jsonb DEFAULT '{}') -> jsonb:
 * {"merged", "mine", "theirs", "conflicts"}.  INVALID_VALUE, INVALID_PATH.
 */
Datum
scim_merge(PG_FUNCTION_ARGS)
{
	ScimMerge	merge;
	JsonbValue	merged;
	JsonbValue *shown = scim_new_object();

	scim_merge_contents(NULL, PG_GETARG_JSONB_P(0), PG_GETARG_JSONB_P(1), NULL,
						PG_GETARG_JSONB_P(2),
						scim_read_merge_rules(NULL, PG_GETARG_JSONB_P(3)), &merge);
	scim_root(merge.merged, &merged);
	scim_set_value(shown, "merged", &merged);
	scim_set_value(shown, "mine", scim_new_texts(merge.mine));
	scim_set_value(shown, "theirs", scim_new_texts(merge.theirs));
	scim_set_value(shown, "conflicts", conflicts_shown(merge.conflicts));
	PG_RETURN_JSONB_P(scim_write(shown));
}
