/*
 * conflict_facts.c
 *		What became of a resource since a version of it, as far as the caller may know.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/protect.h"
#include "operation/history.h"
#include "operation/history_version.h"
#include "operation/read.h"
#include "statement/text.h"
#include "tools/conflict_facts.h"

/* Further back nobody is named. */
#define MOST_ENTRIES 100

/* ---- reading ---- */

static void
read_current(void *argument)
{
	ScimConflictFacts *facts = argument;
	ScimView	view = {
		.attribute_count = -1,
		.excluded_count = -1,
		.most_members = SCIM_SHOWN_MEMBERS,
		.few_groups = true,
		.version = true
	};
	JsonbValue	root;

	scim_root(scim_store_get(facts->type->name, NULL, facts->id, &view, false), &root);
	facts->current = scim_open(&root);
	facts->version = scim_string_copy(scim_get(facts->current, "_version",
											   strlen("_version")));
}

static void
read_history(void *argument)
{
	ScimConflictFacts *facts = argument;

	facts->history = scim_store_get_history(facts->type->name, NULL, facts->id,
											MOST_ENTRIES, NULL, false);
}

static void
read_difference(void *argument)
{
	ScimConflictFacts *facts = argument;

	facts->difference = scim_store_diff(facts->type->name, NULL, facts->id,
										facts->expected, NULL, false);
}

/* Does the work, and takes one of our errors for an answer. */
static ErrorData *
try(void (*work) (void *argument), ScimConflictFacts *facts)
{
	ErrorData  *error = scim_protect(work, facts);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	return error;
}

bool
scim_newest_change(const ScimConflictFacts *facts, JsonbValue *entry)
{
	JsonbValue	entries;
	ScimWalk	walk;

	if (facts->history == NULL || !scim_find(&facts->history->root, "entries", &entries))
		return false;
	scim_walk(&walk, entries.val.binary.data);
	return scim_walk_element(&walk, entry);
}

static bool
has_text(const JsonbValue *object, const char *key, const char *text)
{
	JsonbValue	value;

	return scim_find_member(object, key, &value) && scim_string_is(&value, text);
}

static bool
was_deleted(const ScimConflictFacts *facts)
{
	JsonbValue	entry;

	return scim_newest_change(facts, &entry) && has_text(&entry, "operation", "delete");
}

static const char *
reason_of(const ScimConflictFacts *facts, const ErrorData *error)
{
	if (!scim_store_has_history(facts->type->name))
		return "no history of it is kept";
	return scim_kind_of_ours(error) == scim_error_kind(SCIM_VERSION_NOT_FOUND)
		? "its history does not have that version" : "its history is not yours to read";
}

void
scim_find_conflict_facts(ScimConflictFacts *facts)
{
	ErrorData  *missing = try(read_current, facts);
	ErrorData  *error;

	(void) try(read_history, facts);
	if (missing)
	{
		if (!was_deleted(facts))
			ReThrowError(missing);
		return;
	}
	if (strcmp(facts->version, facts->expected) == 0)
		return;
	error = try(read_difference, facts);
	if (error)
		facts->untold = reason_of(facts, error);
}

/* ---- the changes since ---- */

void
scim_walk_since(ScimSinceWalk *walk, const ScimConflictFacts *facts)
{
	JsonbValue	entries;

	*walk = (ScimSinceWalk) {.facts = facts};
	walk->there = facts->history && scim_find(&facts->history->root, "entries", &entries);
	if (walk->there)
		scim_walk(&walk->walk, entries.val.binary.data);
}

bool
scim_next_since(ScimSinceWalk *walk, JsonbValue *entry)
{
	if (!walk->there || walk->reached || !scim_walk_element(&walk->walk, entry))
		return false;
	walk->reached = has_text(entry, "version", walk->facts->expected);
	return !walk->reached;
}
