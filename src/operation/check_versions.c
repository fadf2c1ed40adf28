/*
 * check_versions.c
 *		What became of versions that were seen together.
 *
 * The resources are read type by type, and told in the order in which they were given.
 * What is unchanged, as most are, costs no more than its version.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/resource.h"
#include "history/since.h"
#include "miscadmin.h"
#include "operation/check_versions.h"
#include "operation/checkpoint.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "resource/versions.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* What became of a resource. */
typedef enum Outcome
{
	UNCHANGED,
	CHANGED,
	GONE,
	APPEARED
} Outcome;

/* As the answer names them. */
static const char *const outcome_names[] = {
	[UNCHANGED] = "unchanged",
	[CHANGED] = "changed",
	[GONE] = "gone",
	[APPEARED] = "appeared"
};

/* A resource of the checkpoint. */
typedef struct Watched
{
	const char *type;			/* one of the types of the check */
	const char *id;
	const char *version;		/* NULL: it was not there */
	Outcome		outcome;
	Jsonb	   *shown;			/* unless it is unchanged */
} Watched;

typedef struct Check
{
	const char *tenant;
	List	   *types;			/* names, of char *, each once */
	Watched    *watched;
	int			count;
	MemoryContext context;		/* of what is kept until the answer */
	MemoryContext scratch;		/* of what is read for one resource */
} Check;

/* ---- what is given ---- */

static JsonbContainer *
given_array(Jsonb *resources)
{
	JsonbValue	value;

	scim_root(resources, &value);
	if (scim_is_object(&value) && !scim_find(&resources->root, "resources", &value))
		value.type = jbvNull;
	if (!scim_is_array(&value))
		scim_throw_path(SCIM_BAD_PARAMETER, "resources",
						"resources must be an array, or the object that scim_get_versions gives");
	return value.val.binary.data;
}

static char *
path_of(int index, const char *member)
{
	return psprintf("resources[%d]%s%s", index, *member ? "." : "", member);
}

static char *
take_text(JsonbContainer *object, int index, const char *member)
{
	JsonbValue	value;
	char	   *path;

	if (scim_find(object, member, &value) && value.type == jbvString)
		return scim_string_copy(&value);
	path = path_of(index, member);
	scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must be a string", path);
}

/* What was sent: a string, or anything else as JSON. */
static char *
as_sent(const JsonbValue *value)
{
	StringInfoData json;

	if (value->type == jbvString)
		return scim_string_copy(value);
	initStringInfo(&json);
	scim_append_json(&json, value);
	return json.data;
}

/* NULL: it was not there. */
static char *
take_version(JsonbContainer *object, int index)
{
	JsonbValue	value;
	char	   *version;

	if (!scim_find(object, "version", &value) || value.type == jbvNull)
		return NULL;
	version = as_sent(&value);
	if (value.type != jbvString || !scim_version_is_well_formed(version, strlen(version)))
		scim_throw_version_format(SCIM_INVALID_VERSION_FORMAT, path_of(index, "version"),
								  version);
	return version;
}

static const ScimResourceType *
find_type(const char *name, int index)
{
	const ScimResourceType *type = scim_resource_type(name);

	if (scim_find_table(type) == NULL)
		scim_throw_not_registered(name, path_of(index, "resource_type"));
	return type;
}

/* NULL: the check has none of that name yet. */
static const char *
known_type(const Check *check, const char *name)
{
	ListCell   *cell;

	foreach(cell, check->types)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return lfirst(cell);
	}
	return NULL;
}

/* The type's own name; others may be in another case. */
static const char *
take_type(Check *check, JsonbContainer *object, int index)
{
	const char *given = take_text(object, index, "resource_type");
	const char *known = known_type(check, given);
	const char *name;

	if (known)
		return known;
	name = find_type(given, index)->name;
	known = known_type(check, name);
	if (known)
		return known;
	check->types = lappend(check->types, pstrdup(name));
	return llast(check->types);
}

static void
take_watched(Check *check, const JsonbValue *element, int index)
{
	Watched    *watched = &check->watched[index];
	JsonbContainer *object = element->val.binary.data;
	char	   *path;

	if (!scim_is_object(element))
	{
		path = path_of(index, "");
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must be an object", path);
	}
	watched->type = take_type(check, object, index);
	watched->id = take_text(object, index, "id");
	watched->version = take_version(object, index);
}

static void
take_given(Check *check, Jsonb *resources)
{
	ScimWalk	walk;
	JsonbValue	element;

	scim_walk(&walk, given_array(resources));
	scim_check_checkpoint_size("resources", walk.count);
	check->watched = palloc0(Max(walk.count, 1) * sizeof(Watched));
	while (scim_walk_element(&walk, &element))
		take_watched(check, &element, check->count++);
}

/* ---- what became of one ---- */

static Outcome
outcome_of(const char *version, const char *current)
{
	if (version == NULL)
		return current ? APPEARED : UNCHANGED;
	if (current == NULL)
		return GONE;
	return strcmp(version, current) == 0 ? UNCHANGED : CHANGED;
}

static bool
is_by(const JsonbValue *author, const char *name, const char *value)
{
	const JsonbValue *named = scim_get(author, name, strlen(name));

	return value && named ? scim_string_is(named, value) : value == NULL && named == NULL;
}

static bool
is_author_among(const JsonbValue *authors, const ScimSinceChange *change)
{
	for (int i = 0; i < authors->val.array.nElems; i++)
	{
		const JsonbValue *author = &authors->val.array.elems[i];

		if (is_by(author, "actor", change->actor) &&
			is_by(author, "principal", change->principal) &&
			is_by(author, "agent", change->agent))
			return true;
	}
	return false;
}

/* Who changed it, each once, the last one first. */
static JsonbValue *
show_authors(const ScimSince *since)
{
	JsonbValue *authors = scim_new_array();
	ListCell   *cell;

	foreach(cell, since->changes)
	{
		const ScimSinceChange *change = lfirst(cell);
		JsonbValue *author;

		if (is_author_among(authors, change))
			continue;
		author = scim_new_object();
		scim_set_optional_text(author, "actor", change->actor);
		scim_set_optional_text(author, "principal", change->principal);
		scim_set_optional_text(author, "agent", change->agent);
		scim_append(authors, author);
	}
	return authors;
}

/* The row is that of the version that was read: the snapshot is the same. */
static void
add_changes(const ScimTarget *target, const Watched *watched, char *current, JsonbValue *shown)
{
	ScimSince	since;
	ScimRow		row;

	if (!scim_sees_since(target) ||
		!scim_fetch(target, scim_take_id(target, watched->id), true, &row))
		return;
	row.version = current;
	scim_open_since_seen(&since, target, &row, watched->version);
	if (since.told)
	{
		scim_set_value(shown, "changed", scim_changed_since(&since));
		scim_set_value(shown, "by", show_authors(&since));
	}
	scim_close_since(&since);
}

static JsonbValue *
show(const ScimTarget *target, const Watched *watched, char *current)
{
	JsonbValue *shown = scim_new_object();

	scim_set_text(shown, "id", scim_store_id(watched->type, watched->id));
	scim_set_text(shown, "resource_type", watched->type);
	scim_set_optional_text(shown, "version", watched->version);
	scim_set_optional_text(shown, "current_version", current);
	if (watched->outcome == CHANGED)
		add_changes(target, watched, current, shown);
	return shown;
}

static void
judge(Check *check, const ScimTarget *target, Watched *watched, char *current)
{
	watched->outcome = outcome_of(watched->version, current);
	if (watched->outcome == UNCHANGED)
		return;
	CHECK_FOR_INTERRUPTS();
	MemoryContextSwitchTo(check->scratch);
	watched->shown = scim_write_in(check->context, show(target, watched, current));
	MemoryContextSwitchTo(check->context);
	MemoryContextReset(check->scratch);
}

/* ---- type by type ---- */

static void
check_resources_of(Check *check, const ScimTarget *target, const char *type)
{
	ScimVersionOf *seen = palloc(check->count * sizeof(ScimVersionOf));
	Watched   **watched = palloc(check->count * sizeof(Watched *));
	int			count = 0;

	for (int i = 0; i < check->count; i++)
	{
		if (check->watched[i].type != type)
			continue;
		watched[count] = &check->watched[i];
		seen[count++].id = check->watched[i].id;
	}
	scim_read_versions(target->table, target->tenant, seen, count);
	for (int i = 0; i < count; i++)
		judge(check, target, watched[i], seen[i].version);
}

static void
check_all(Check *check)
{
	ListCell   *cell;

	foreach(cell, check->types)
	{
		ScimTarget	target;

		scim_begin_read(&target, lfirst(cell), check->tenant, false);
		MemoryContextSwitchTo(check->context);
		check_resources_of(check, &target, lfirst(cell));
		scim_finish_read(&target);
		MemoryContextSwitchTo(check->context);
	}
}

/* ---- the answer ---- */

static JsonbValue *
answer(const Check *check)
{
	JsonbValue *response = scim_new_object();
	JsonbValue *arrays[lengthof(outcome_names)];
	int			unchanged = 0;

	for (int i = CHANGED; i <= APPEARED; i++)
		arrays[i] = scim_new_array();
	for (int i = 0; i < check->count; i++)
	{
		const Watched *watched = &check->watched[i];
		JsonbValue	shown;

		if (watched->outcome == UNCHANGED)
		{
			unchanged++;
			continue;
		}
		scim_root(watched->shown, &shown);
		scim_append(arrays[watched->outcome], &shown);
	}
	scim_set_integer(response, outcome_names[UNCHANGED], unchanged);
	for (int i = CHANGED; i <= APPEARED; i++)
		scim_set_value(response, outcome_names[i], arrays[i]);
	return response;
}

Jsonb *
scim_store_check_versions(Jsonb *resources, const char *tenant, bool fresh)
{
	Check		check = {.tenant = tenant};
	MemoryContext caller;
	Jsonb	   *result;

	check.context = AllocSetContextCreate(CurrentMemoryContext, "scimver check of versions",
										  ALLOCSET_DEFAULT_SIZES);
	check.scratch = AllocSetContextCreate(check.context, "scimver checked version",
										  ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(check.context);
	take_given(&check, resources);
	if (fresh)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	check_all(&check);
	result = scim_write_in(caller, answer(&check));
	if (fresh)
		PopActiveSnapshot();
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(check.context);
	return result;
}
