/*
 * patch_apply.c
 *		Does the steps of a patch to a resource as stored; entry point
 *		scim_apply_patch.
 *
 * The resource is opened only where a step goes: the rest is copied as it is.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/patch_apply.h"
#include "core/patch_list.h"
#include "core/patch_made.h"
#include "core/patch_same.h"
#include "core/patch_values.h"
#include "core/path_set.h"
#include "core/resource.h"

/*
 * So many members of a resource that a name is compared with count as one value
 * that is looked at.
 */
#define MEMBERS_A_UNIT 256

/* ---- the schemas ---- */

static bool
is_listed(const JsonbValue *urns, const char *urn)
{
	for (int i = 0; i < urns->val.array.nElems; i++)
	{
		if (scim_string_is(&urns->val.array.elems[i], urn))
			return true;
	}
	return false;
}

/* A copy of "schemas" without the URN; the rest keeps its order. */
static JsonbValue *
urns_without(const JsonbValue *urns, const char *urn)
{
	JsonbValue *result = scim_new_array();

	for (int i = 0; i < urns->val.array.nElems; i++)
	{
		if (!scim_string_is(&urns->val.array.elems[i], urn))
			scim_append(result, &urns->val.array.elems[i]);
	}
	return result;
}

static JsonbValue *
open_urns(const JsonbValue *data)
{
	JsonbValue *found = scim_get(data, "schemas", strlen("schemas"));

	return urns_without(found && scim_is_array(found) ? scim_open(found) : scim_new_array(), "");
}

static void
change_schemas(const ScimPatch *patch, const ScimStep *step, JsonbValue *data)
{
	JsonbValue *urns = open_urns(data);

	for (int i = 0; i < scim_schema_count(patch->type); i++)
	{
		const char *urn = scim_schema_at(patch->type, i)->urn;

		if (step->schemas[i] && !is_listed(urns, urn))
			scim_append_text(urns, urn);
		else if (!step->schemas[i] && step->kind == STEP_REPLACE_SCHEMAS)
			urns = urns_without(urns, urn);
	}
	scim_set_value(data, "schemas", urns);
}

/* An extension without attributes is none: its URN goes with it. */
static void
drop_extension(const ScimSchema *extension, JsonbValue *data)
{
	scim_remove(data, extension->urn, strlen(extension->urn));
	scim_set_value(data, "schemas", urns_without(open_urns(data), extension->urn));
}

/* ---- attributes ---- */

/*
 * The object under that name in an object, opened in place; made if there is
 * none and "make"; else NULL.
 */
static JsonbValue *
open_part(JsonbValue *object, const char *name, bool make)
{
	int			length = strlen(name);
	JsonbValue *part = scim_get(object, name, length);

	if (!part || !scim_is_object(part))
	{
		if (!make)
			return NULL;
		scim_set(object, name, length, scim_new_object());
		part = scim_get(object, name, length);
	}
	else if (part->type == jbvBinary)
		*part = *scim_open(part);
	return part;
}

static void
set_or_remove(const ScimStep *step, const ScimAttribute *attribute, JsonbValue *holder)
{
	if (step->kind == STEP_SET)
		scim_set_value(holder, attribute->name, &step->value);
	else
		scim_remove(holder, attribute->name, strlen(attribute->name));
}

/*
 * Is the step one on the values of the attribute, not of a sub-attribute, nor
 * on the attribute as a whole?
 */
static bool
is_on_values(const ScimStep *step)
{
	return step->path.filter ||
		(!step->path.sub && step->kind != STEP_SET && step->kind != STEP_UNSET);
}

/* The step on the values that "holder" has. */
static void
change_values(ScimPatchRun *run, const ScimStep *step, const ScimAttribute *attribute,
			  JsonbValue *holder)
{
	ScimPatchList *list = scim_open_values(run, attribute, holder);

	scim_change_values(run, step, list);
	scim_store_values(run, list, holder);
}

/* The step on an attribute of "holder": of the resource, or of an extension. */
static void
change_in(ScimPatchRun *run, const ScimStep *step, JsonbValue *holder, bool makes)
{
	const ScimAttribute *attribute = step->path.attribute;
	const ScimAttribute *sub = step->path.sub;
	JsonbValue *part;

	if (is_on_values(step))
		change_values(run, step, attribute, holder);
	else if (!sub)
		set_or_remove(step, attribute, holder);
	else if ((part = open_part(holder, attribute->name, makes)) != NULL)
	{
		if (step->kind == STEP_SET || step->kind == STEP_UNSET)
			set_or_remove(step, sub, part);
		else
			change_values(run, step, sub, part);
		if (part->val.object.nPairs == 0)
			scim_remove(holder, attribute->name, strlen(attribute->name));
	}
}

/*
 * What must stay: the value, if it has one, of an immutable attribute or
 * sub-attribute.  (Those in values: patch_values.c.)
 */
static Jsonb *
immutable_value(const ScimStep *step, const JsonbValue *holder)
{
	const ScimAttribute *attribute = step->path.attribute;
	const ScimAttribute *sub = step->path.filter ? NULL : step->path.sub;
	JsonbValue *there = scim_get(holder, attribute->name, strlen(attribute->name));

	if (attribute->mutability != SCIM_IMMUTABLE)
	{
		if (!there || !sub || sub->mutability != SCIM_IMMUTABLE || !scim_is_object(there))
			return NULL;
		there = scim_get(scim_open(there), sub->name, strlen(sub->name));
	}
	return there && !scim_is_unassigned(there) ? scim_write(there) : NULL;
}

static void
check_immutable(ScimPatchRun *run, const ScimStep *step, const JsonbValue *holder, Jsonb *before)
{
	Jsonb	   *after = before ? immutable_value(step, holder) : NULL;

	if (before && (!after || compareJsonbContainers(&before->root, &after->root) != 0))
		scim_refuse_step(run, step, SCIM_MUTABILITY, SCIM_IS_IMMUTABLE);
}

static void
drop_extension_if_empty(const ScimSchema *extension, const JsonbValue *part, JsonbValue *data)
{
	if (!(part && part->val.object.nPairs > 0) &&
		scim_get(data, extension->urn, strlen(extension->urn)))
		drop_extension(extension, data);
}

/* May it make the extension that it leads into?  With a filter, where nothing matches. */
static bool
makes_extension(const ScimPatchRun *run, const ScimStep *step)
{
	return step->path.filter ? scim_makes_value(run, step)
		: step->kind == STEP_SET || step->kind == STEP_APPEND;
}

/* ---- lists that stay open ---- */

static void
close_list(ScimPatchRun *run, ScimPatchList *list, JsonbValue *data)
{
	JsonbValue *holder = data;

	for (ScimPatchList **link = &run->lists; *link; link = &(*link)->next)
	{
		if (*link == list)
		{
			*link = list->next;
			break;
		}
	}
	if (list->extension)
		holder = open_part(data, list->extension->urn, list->left > 0);
	if (holder)
		scim_store_values(run, list, holder);
	if (list->extension)
		drop_extension_if_empty(list->extension, holder, data);
}

/* Is the list of what a path leads to, or into? */
static bool
is_of(const ScimPatchList *list, const ScimPath *path)
{
	return list->extension == path->extension &&
		(!path->attribute || list->attribute == path->attribute);
}

/* Those of what a path leads to; NULL: all. */
static void
close_lists(ScimPatchRun *run, const ScimPath *path, JsonbValue *data)
{
	ScimPatchList *next;

	for (ScimPatchList *list = run->lists; list; list = next)
	{
		next = list->next;
		if (!path || is_of(list, path))
			close_list(run, list, data);
	}
}

/* What is immutable is compared after each step, and "schemas" follows from the rest. */
static bool
stays_open(const ScimStep *step)
{
	const ScimAttribute *attribute = step->path.attribute;

	return attribute->mutability != SCIM_IMMUTABLE &&
		(step->path.extension || strcmp(attribute->name, "schemas") != 0);
}

static ScimPatchList *
find_list(const ScimPatchRun *run, const ScimPath *path)
{
	ScimPatchList *list = run->lists;

	while (list && !is_of(list, path))
		list = list->next;
	return list;
}

static void
change_open_list(ScimPatchRun *run, const ScimStep *step, JsonbValue *data)
{
	const ScimPath *path = &step->path;
	ScimPatchList *list = find_list(run, path);
	JsonbValue *holder = data;

	if (list)
		scim_change_values(run, step, list);
	else
	{
		if (path->extension)
			holder = open_part(data, path->extension->urn, makes_extension(run, step));
		list = scim_open_values(run, path->attribute, holder);
		list->extension = path->extension;
		list->next = run->lists;
		run->lists = list;
		scim_change_values(run, step, list);
		/* the attribute is assigned from now on, be it with other values when the list is closed */
		if (list->left > 0)
			scim_set_value(holder, path->attribute->name, list->values);
	}
	/* what is empty is unassigned, and an extension may go with it */
	if (list->left == 0)
		close_list(run, list, data);
}

/* ---- steps ---- */

static void
change_attribute(ScimPatchRun *run, const ScimStep *step, JsonbValue *data)
{
	const ScimSchema *extension = step->path.extension;
	bool		makes = step->kind == STEP_SET || step->kind == STEP_APPEND;
	JsonbValue *holder = data;
	Jsonb	   *before;

	if (step->path.attribute && is_on_values(step) && stays_open(step))
	{
		change_open_list(run, step, data);
		return;
	}
	close_lists(run, &step->path, data);
	if (!step->path.attribute)
	{
		drop_extension(extension, data);
		return;
	}
	if (extension)
		holder = open_part(data, extension->urn, makes_extension(run, step));
	if (!holder)
		holder = scim_new_object();
	before = immutable_value(step, holder);
	change_in(run, step, holder, makes);
	check_immutable(run, step, holder, before);
	if (extension)
		drop_extension_if_empty(extension, holder, data);
}

JsonbValue *
scim_apply_patch(const ScimPatch *patch, Jsonb *data, Jsonb *shown, ScimPathSet *differs,
				 const ScimMatching *matching)
{
	ScimPatchRun run = {
		.rules = patch->reading.rules,
		.matching = matching,
		.differs = differs
	};
	JsonbValue	root;
	JsonbValue *result;

	scim_root(data, &root);
	result = scim_is_object(&root) ? scim_open(&root) : scim_new_object();
	for (int i = 0; i < patch->count; i++)
	{
		const ScimStep *step = &patch->steps[i];

		run.operation = step->operation;
		scim_charge(&run, 1 + result->val.object.nPairs / MEMBERS_A_UNIT);
		switch (step->kind)
		{
			case STEP_SET:
			case STEP_UNSET:
			case STEP_APPEND:
			case STEP_TAKE_OUT:
			case STEP_MERGE:
				change_attribute(&run, step, result);
				break;
			case STEP_ADD_SCHEMAS:
			case STEP_REPLACE_SCHEMAS:
				change_schemas(patch, step, result);
				break;
			case STEP_SAME:
				scim_check_same(&run, patch, step, shown);
				break;
		}
	}
	close_lists(&run, NULL, result);
	scim_complete_resource(patch->type, result);
	return result;
}
