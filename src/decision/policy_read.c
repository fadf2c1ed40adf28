/*
 * policy_read.c
 *		Reading the documents of policies.
 *
 * Names of members are the document's own, and so have a case.  Of what is wrong, the path
 * is told as it leads there: "review.quorum".
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_authid.h"
#include "core/path.h"
#include "core/place.h"
#include "decision/merge_function.h"
#include "decision/policy_read.h"
#include "decision/policy_value.h"
#include "history/document.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "statement/profile.h"
#include "utils/acl.h"

/* A document that is read. */
typedef struct Reading
{
	const ScimResourceType *type;
	bool		stored;			/* roles and attributes may be gone */
	ScimPolicy *policy;
	ScimPolicyMay *may;			/* of the role at hand */
} Reading;

/* A member of an object of a known shape, and what reads it. */
typedef struct Member
{
	const char *name;
	void		(*read) (Reading *reading, const char *path, const JsonbValue *given);
} Member;

/* ---- objects ---- */

static const Member *
find_member(const Member *members, const JsonbValue *name)
{
	for (; members->name; members++)
	{
		if (scim_string_is(name, members->name))
			return members;
	}
	return NULL;
}

static SCIM_NORETURN void throw_unknown(const Member *members, const char *path,
										const char *name);

static void
throw_unknown(const Member *members, const char *path, const char *name)
{
	StringInfoData known;

	initStringInfo(&known);
	for (; members->name; members++)
		appendStringInfo(&known, "%s%s", known.len > 0 ? ", " : "", members->name);
	scim_throw_path(SCIM_BAD_PARAMETER, path, "%s is none of %-s", name, known.data);
}

/* "" is the document itself. */
static char *
path_of(const char *path, const char *name)
{
	return path[0] == '\0' ? pstrdup(name) : psprintf("%s.%s", path, name);
}

static void
check_object(const char *path, const JsonbValue *given)
{
	const char *name = path[0] == '\0' ? "policy" : path;

	if (!scim_is_object(given))
		scim_throw_path(SCIM_BAD_PARAMETER, name, "%s must be %-s", name,
						scim_wanted_container(given, "an object"));
}

static void
read_object(Reading *reading, const char *path, const JsonbValue *given, const Member *members)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	check_object(path, given);
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		const char *name = scim_string_copy(&key);
		const char *at = path_of(path, name);
		const Member *member = find_member(members, &key);

		if (member == NULL)
			throw_unknown(members, at, name);
		member->read(reading, at, &value);
	}
}

/* ---- roles ---- */

static void
check_role(const Reading *reading, const char *path, const char *name)
{
	if (!reading->stored && !OidIsValid(get_role_oid(name, true)))
		scim_throw_path(SCIM_BAD_PARAMETER, path, "role \"%s\" does not exist", name);
}

static List *
read_roles(const Reading *reading, const char *path, const JsonbValue *given)
{
	List	   *names = scim_policy_texts(path, given, "names of roles");
	ListCell   *cell;

	foreach(cell, names)
		check_role(reading, path, lfirst(cell));
	return names;
}

/* Could so many decide?  Whoever has a role of the reviewers; each of these alone is one, too. */
static bool
are_enough(const ScimPolicy *policy)
{
	Relation	roles = table_open(AuthIdRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(roles, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	row;
	int			count = 0;

	while (count < policy->quorum && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		if (scim_has_any_role(((Form_pg_authid) GETSTRUCT(row))->oid, policy->reviewers))
			count++;
	}
	systable_endscan(scan);
	table_close(roles, AccessShareLock);
	return count >= policy->quorum;
}

/* ---- attributes ---- */

/* Why can no policy name it?  NULL: it can. */
static const char *
problem_of(const ScimPath *path)
{
	const ScimAttribute *attribute = path->attribute;

	if (attribute == NULL)
		return NULL;
	if (path->extension == NULL && strcmp(attribute->name, "schemas") == 0)
		return "follows from the extensions that a resource has: name these";
	if (attribute->mutability == SCIM_READ_ONLY ||
		(path->sub && path->sub->mutability == SCIM_READ_ONLY))
		return "is the server's: nobody writes it";
	if (path->sub && attribute->multi_valued)
		return "is of an attribute of several values, which a policy names as a whole";
	return NULL;
}

/* What the schemas have no more, nobody can write: it is kept as it was. */
static ScimPolicyPath *
read_path(const Reading *reading, const char *at, const char *given)
{
	ScimPolicyPath *read = palloc0(sizeof(ScimPolicyPath));
	ScimPath	path;
	const char *problem = scim_find_path(reading->type, given, strlen(given), false, &path);

	if (problem == NULL)
		problem = problem_of(&path);
	if (problem && !reading->stored)
		scim_throw_path(SCIM_BAD_PARAMETER, at, "\"%s\" %-s", given, problem);
	if (problem)
	{
		read->path = read->attribute = given;
		return read;
	}
	read->path = path.text;
	read->extension = path.extension ? pstrdup(path.extension->urn) : NULL;
	read->attribute = path.attribute ? pstrdup(path.attribute->name) : NULL;
	read->part = path.sub ? pstrdup(path.sub->name) : NULL;
	return read;
}

static ScimPolicyAttributes
read_attributes(const Reading *reading, const char *at, const JsonbValue *given)
{
	List	   *texts = scim_policy_texts(at, given, "paths of attributes, or \"*\"");
	ScimPolicyAttributes read = {0};
	ListCell   *cell;

	foreach(cell, texts)
	{
		const char *text = lfirst(cell);

		if (strcmp(text, "*") == 0)
			read.all = true;
		else
			read.paths = lappend(read.paths, read_path(reading, at, text));
	}
	return read;
}

/* ---- review ---- */

static void
read_reviewed(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->reviewed = read_attributes(reading, path, given);
}

static void
read_reviewed_operations(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->reviewed_operations = scim_policy_operations(path, given);
}

static void
read_reviewers(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->reviewers = read_roles(reading, path, given);
}

static void
read_quorum(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->quorum = scim_policy_count(path, given);
}

static void
read_expires(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->expires_seconds = scim_policy_count(path, given);
}

static const Member review_members[] = {
	{"attributes", read_reviewed},
	{"operations", read_reviewed_operations},
	{"reviewers", read_reviewers},
	{"quorum", read_quorum},
	{"expires_seconds", read_expires},
	{NULL}
};

static void
read_review(Reading *reading, const char *path, const JsonbValue *given)
{
	ScimPolicy *policy = reading->policy;

	read_object(reading, path, given, review_members);
	if (policy->reviewers == NIL)
		scim_throw_path(SCIM_BAD_PARAMETER, "review.reviewers",
						"a review needs reviewers: an array of names of roles");
	if (!reading->stored && !are_enough(policy))
		scim_throw_path(SCIM_BAD_PARAMETER, "review.quorum",
						"quorum is %d, and fewer roles can be reviewers", policy->quorum);
}

/* ---- may ---- */

static void
read_may_operations(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->may->operations = scim_policy_operations(path, given);
}

static void
read_may_attributes(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->may->attributes = read_attributes(reading, path, given);
}

static const Member may_members[] = {
	{"operations", read_may_operations},
	{"attributes", read_may_attributes},
	{NULL}
};

/* Who names no attributes means all of them. */
static ScimPolicyMay *
read_role(Reading *reading, const char *path, const char *role, const JsonbValue *given)
{
	ScimPolicyMay *may = palloc0(sizeof(ScimPolicyMay));

	check_role(reading, path, role);
	*may = (ScimPolicyMay) {.role = role, .operations = -1,.attributes.all = true};
	reading->may = may;
	read_object(reading, path, given, may_members);
	if (may->operations == -1)
	{
		path = path_of(path, "operations");
		scim_throw_path(SCIM_BAD_PARAMETER, path, "what a role may do is said by operations: an "
						"array of create, update, patch, delete, restore");
	}
	return may;
}

static void
read_may(Reading *reading, const char *path, const JsonbValue *given)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	check_object(path, given);
	scim_walk(&walk, given->val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		char	   *role = scim_string_copy(&key);

		reading->policy->may = lappend(reading->policy->may,
									   read_role(reading, path_of(path, role), role, &value));
	}
}

/* ---- the rest ---- */

static void
read_require_version(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->require_version = scim_policy_flag(path, given);
}

static void
read_on_conflict(Reading *reading, const char *path, const JsonbValue *given)
{
	if (!scim_string_is(given, "fail") && !scim_string_is(given, "merge"))
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must be fail or merge", path);
	reading->policy->on_conflict = scim_string_copy(given);
}

/* Where they are used, they are read again, with the schemas of then. */
static void
read_merge_rules(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->merge_rules = scim_write(given);
	if (!reading->stored)
		(void) scim_read_stored_rules(reading->type, reading->policy->merge_rules,
									  &scim_merge_functions, false);
}

/* One that is gone, who calls a tool is told. */
static void
read_profile(Reading *reading, const char *path, const JsonbValue *given)
{
	if (given->type != jbvString)
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%s must be the name of a profile", path);
	reading->policy->profile = scim_string_copy(given);
	if (!reading->stored && !scim_is_profile(reading->policy->profile))
		scim_throw_no_profile(reading->policy->profile);
}

static void
read_deny(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->denied = scim_policy_operations(path, given);
}

static void
read_shared_logins(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->shared_logins = read_roles(reading, path, given);
}

static void
read_lease_seconds(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->lease_seconds = scim_policy_count(path, given);
}

static const Member lease_members[] = {
	{"max_seconds", read_lease_seconds},
	{NULL}
};

static void
read_lease(Reading *reading, const char *path, const JsonbValue *given)
{
	read_object(reading, path, given, lease_members);
}

static void
read_exempt(Reading *reading, const char *path, const JsonbValue *given)
{
	reading->policy->exempt = read_roles(reading, path, given);
}

static const Member policy_members[] = {
	{"require_version", read_require_version},
	{"on_conflict", read_on_conflict},
	{"merge_rules", read_merge_rules},
	{"profile", read_profile},
	{"deny", read_deny},
	{"review", read_review},
	{"shared_logins", read_shared_logins},
	{"lease", read_lease},
	{"may", read_may},
	{"exempt", read_exempt},
	{NULL}
};

/* ---- the document ---- */

/* Before anything looks into it. */
static void
check_size(const JsonbValue *document)
{
	ScimError  *error;

	if (scim_json_size(document) <= SCIM_MOST_POLICY_BYTES)
		return;
	error = scim_error(SCIM_TOO_LARGE);
	scim_error_text(error, "path", "policy");
	scim_error_integer(error, "limit", SCIM_MOST_POLICY_BYTES);
	scim_throw(error, "a policy takes %d bytes at most", SCIM_MOST_POLICY_BYTES);
}

ScimPolicy *
scim_read_policy(const char *tenant, const ScimResourceType *type, Jsonb *document, bool stored)
{
	ScimPolicy *policy = palloc0(sizeof(ScimPolicy));
	Reading		reading = {.type = type, .stored = stored, .policy = policy};
	JsonbValue	root;

	scim_root(document, &root);
	*policy = (ScimPolicy)
	{
		.tenant = pstrdup(tenant),
			.type = pstrdup(type->name),
			.quorum = SCIM_DEFAULT_QUORUM,
			.expires_seconds = SCIM_DEFAULT_REVIEW_SECONDS,
	};
	if (!stored)
		check_size(&root);
	read_object(&reading, "", &root, policy_members);
	policy->document = scim_write(&root);
	policy->version = scim_document_version(policy->document);
	return policy;
}
