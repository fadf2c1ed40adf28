/*
 * policy_check.c
 *		What a policy says of a write.
 *
 * What counts as changed is what the history would name (core/delta.h), and of attributes
 * that are complex and have one value their parts, where the policy names these.  Plain SQL
 * may have stored a name in any case: it is the same attribute.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/texts.h"
#include "core/delta.h"
#include "core/differ.h"
#include "core/sides.h"
#include "core/spelling.h"
#include "decision/policy_check.h"
#include "miscadmin.h"

/* ---- what is changed ---- */

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static List *
changed_names(const ScimPolicyChange *change)
{
	ScimDelta	delta = {NIL};
	ListCell   *cell;

	if (change->before && change->after)
		scim_find_delta(change->before, change->after, &delta);
	else if (change->before || change->after)
		scim_whole_delta(change->before ? change->before : change->after, false, &delta);
	if (change->password)
		delta.changed = lappend(delta.changed, "password");
	if (change->members)
		delta.changed = lappend(delta.changed, "members");
	foreach(cell, change->secrets)
	{
		if (!scim_has_text(delta.changed, lfirst(cell)))
			delta.changed = lappend(delta.changed, lfirst(cell));
	}
	list_sort(delta.changed, compare_names);
	return delta.changed;
}

/* ---- paths ---- */

/* Of what is below the extension: how much of the name its URN takes, with the colon; 0: none. */
static int
extension_length(const ScimPolicyPath *path, const char *name)
{
	int			length = path->extension ? strlen(path->extension) : 0;

	if (length == 0 || (int) strlen(name) <= length || name[length] != ':' ||
		!scim_same_name(name, length, path->extension))
		return 0;
	return length + 1;
}

/* Is the name that of the extension of the path, which is none that has attributes? */
static bool
is_extension(const ScimPolicyPath *path, const char *name)
{
	return path->extension && scim_same_name(name, strlen(name), path->extension);
}

/* Is the name that of the attribute of the path? */
static bool
is_attribute(const ScimPolicyPath *path, const char *name)
{
	int			skipped = extension_length(path, name);

	if (path->attribute == NULL || (path->extension && skipped == 0))
		return false;
	return scim_same_name(name + skipped, strlen(name + skipped), path->attribute);
}

/* Does the path hold all that has the name? */
static bool
holds(const ScimPolicyPath *path, const char *name)
{
	if (path->attribute == NULL)
		return is_extension(path, name) || extension_length(path, name) > 0;
	return path->part == NULL && is_attribute(path, name);
}

/* ---- parts ---- */

/* The member of that name; false: there is none, or no object. */
static bool
find_member(const JsonbValue *object, const char *name, JsonbValue *value)
{
	JsonbValue	key = scim_text(name);

	return scim_is_object(object) && scim_find_any_case(object, &key, value);
}

/* The attribute of the path in the document. */
static bool
find_attribute(Jsonb *document, const ScimPolicyPath *path, JsonbValue *value)
{
	JsonbValue	root;

	if (document == NULL)
		return false;
	scim_root(document, &root);
	return (path->extension == NULL || find_member(&root, path->extension, &root)) &&
		find_member(&root, path->attribute, value);
}

/* The attribute of the path, before and after, to be looked into. */
typedef struct Parts
{
	JsonbValue	before;
	JsonbValue	after;
	bool		has_before;
	bool		has_after;
} Parts;

/* False: what is there, or was, is no object. */
static bool
find_parts(const ScimPolicyChange *change, const ScimPolicyPath *path, Parts *parts)
{
	parts->has_before = find_attribute(change->before, path, &parts->before);
	parts->has_after = find_attribute(change->after, path, &parts->after);
	return (!parts->has_before || scim_is_object(&parts->before)) &&
		(!parts->has_after || scim_is_object(&parts->after));
}

static bool
is_part_changed(const ScimPolicyChange *change, const ScimPolicyPath *path)
{
	Parts		parts;
	JsonbValue	before;
	JsonbValue	after;

	if (!find_parts(change, path, &parts))
		return true;
	return !scim_same_content(parts.has_before && find_member(&parts.before, path->part, &before)
							  ? &before : NULL,
							  parts.has_after && find_member(&parts.after, path->part, &after)
							  ? &after : NULL);
}

/* Does what is changed under that name touch the path? */
static bool
touches(const ScimPolicyChange *change, const char *name, const ScimPolicyPath *path)
{
	if (holds(path, name) || is_extension(path, name))
		return true;
	return path->part && is_attribute(path, name) &&
		(scim_has_text(change->secrets, name) || is_part_changed(change, path));
}

/* ---- operations ---- */

ScimOperation
scim_one_operation(ScimOperation first, int among)
{
	return among == 0 || (first & among) ? first : (ScimOperation) (among & -among);
}

/* ---- review ---- */

#define BOUND_BY_ATTRIBUTES (SCIM_UPDATES | SCIM_PATCHES | SCIM_RESTORES)

bool
scim_may_be_reviewed(const ScimPolicy *policy, int operations)
{
	return (policy->reviewed_operations & operations) != 0 ||
		((operations & BOUND_BY_ATTRIBUTES) && (policy->reviewed.all || policy->reviewed.paths));
}

bool
scim_asks_for_attributes(const ScimPolicy *policy)
{
	return policy->may || scim_may_be_reviewed(policy, BOUND_BY_ATTRIBUTES);
}

/* The paths that the change touches. */
static List *
touched_paths(const ScimPolicyAttributes *attributes, const List *names,
			  const ScimPolicyChange *change)
{
	List	   *touched = NIL;
	ListCell   *path_cell;
	ListCell   *name_cell;

	foreach(path_cell, attributes->paths)
	{
		const ScimPolicyPath *path = lfirst(path_cell);

		CHECK_FOR_INTERRUPTS();
		foreach(name_cell, names)
		{
			if (!touches(change, lfirst(name_cell), path) || scim_has_text(touched, path->path))
				continue;
			touched = lappend(touched, unconstify(char *, path->path));
		}
	}
	list_sort(touched, compare_names);
	return touched;
}

List *
scim_reviewed(const ScimPolicy *policy, int operations, const ScimPolicyChange *change)
{
	List	   *names;

	if (!scim_may_be_reviewed(policy, operations))
		return NIL;
	names = changed_names(change);
	if ((policy->reviewed_operations & operations) ||
		((operations & BOUND_BY_ATTRIBUTES) && policy->reviewed.all))
		return names;
	return touched_paths(&policy->reviewed, names, change);
}

/* ---- what is forbidden ---- */

/* What the policy says of the roles that the role has; NIL: it binds none of these. */
static List *
may_of(const ScimPolicy *policy, Oid role)
{
	List	   *found = NIL;
	ListCell   *cell;

	foreach(cell, policy->may)
	{
		ScimPolicyMay *may = lfirst(cell);

		if (scim_has_role(role, may->role))
			found = lappend(found, may);
	}
	return found;
}

static List *
roles_of(const List *mays)
{
	List	   *roles = NIL;
	ListCell   *cell;

	foreach(cell, mays)
		roles = lappend(roles, unconstify(char *, ((ScimPolicyMay *) lfirst(cell))->role));
	return roles;
}

static bool
allows_operation(const List *mays, ScimOperation operation)
{
	ListCell   *cell;

	foreach(cell, mays)
	{
		if (((ScimPolicyMay *) lfirst(cell))->operations & operation)
			return true;
	}
	return false;
}

bool
scim_denies_operation(const ScimPolicy *policy, Oid role, ScimOperation operation,
					  int operations, ScimDenial *denial)
{
	List	   *mays;

	memset(denial, 0, sizeof(ScimDenial));
	denial->operation = scim_one_operation(operation, policy->denied & operations);
	if (policy->denied & operations)
		return true;
	denial->operation = operation;
	if (policy->may == NIL)
		return false;
	mays = may_of(policy, role);
	if (mays == NIL || allows_operation(mays, operation))
		return false;
	denial->roles = roles_of(mays);
	return true;
}

/* ---- attributes that may be changed ---- */

/* What roles may change by an operation, of ScimPolicyPath. */
typedef struct Allowed
{
	bool		all;
	List	   *paths;
} Allowed;

static void
find_allowed(const List *mays, ScimOperation operation, Allowed *allowed)
{
	ListCell   *cell;

	memset(allowed, 0, sizeof(Allowed));
	foreach(cell, mays)
	{
		const ScimPolicyMay *may = lfirst(cell);

		if (!(may->operations & operation))
			continue;
		allowed->all |= may->attributes.all;
		allowed->paths = list_concat_copy(allowed->paths, may->attributes.paths);
	}
}

/* Is that part of the attribute of "path" one that may change? */
static bool
allows_part(const Allowed *allowed, const char *name, const JsonbValue *part)
{
	ListCell   *cell;

	foreach(cell, allowed->paths)
	{
		const ScimPolicyPath *path = lfirst(cell);

		if (path->part && is_attribute(path, name) &&
			scim_same_name(part->val.string.val, part->val.string.len, path->part))
			return true;
	}
	return false;
}

/* Do only such parts of the attribute of "path" change, which has that name? */
static bool
allows_parts(const Allowed *allowed, const ScimPolicyChange *change, const char *name,
			 const ScimPolicyPath *path)
{
	Parts		parts;
	ScimSides	sides;
	ScimPair	pair;

	if (!find_parts(change, path, &parts))
		return false;
	scim_begin_sides(&sides, parts.has_before ? &parts.before : NULL,
					 parts.has_after ? &parts.after : NULL);
	while (scim_next_pair(&sides, &pair))
	{
		if (!scim_same_content(pair.a, pair.b) && !allows_part(allowed, name, &pair.key))
			return false;
	}
	return true;
}

/* May what has that name be changed as it is? */
static bool
allows(const Allowed *allowed, const ScimPolicyChange *change, const char *name)
{
	const ScimPolicyPath *parted = NULL;
	ListCell   *cell;

	if (strcmp(name, "schemas") == 0)
		return true;
	foreach(cell, allowed->paths)
	{
		const ScimPolicyPath *path = lfirst(cell);

		if (holds(path, name))
			return true;
		if (path->part && is_attribute(path, name))
			parted = path;
	}
	return parted && !scim_has_text(change->secrets, name) &&
		allows_parts(allowed, change, name, parted);
}

bool
scim_denies_change(const ScimPolicy *policy, Oid role, ScimOperation operation,
				   const ScimPolicyChange *change, ScimDenial *denial)
{
	List	   *mays = policy->may && operation != SCIM_DELETES ? may_of(policy, role) : NIL;
	Allowed		allowed;
	ListCell   *cell;

	memset(denial, 0, sizeof(ScimDenial));
	if (mays == NIL)
		return false;
	find_allowed(mays, operation, &allowed);
	if (allowed.all)
		return false;
	denial->operation = operation;
	denial->roles = roles_of(mays);
	foreach(cell, changed_names(change))
	{
		CHECK_FOR_INTERRUPTS();
		if (!allows(&allowed, change, lfirst(cell)))
			denial->attributes = lappend(denial->attributes, lfirst(cell));
	}
	return denial->attributes != NIL;
}
