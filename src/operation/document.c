/*
 * document.c
 *		The history of policies and of proposals.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "core/sides.h"
#include "decision/policy_rows.h"
#include "history/document.h"
#include "history/document_past.h"
#include "history/document_rights.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "operation/document.h"
#include "operation/history_page.h"
#include "operation/past.h"
#include "operation/policy.h"
#include "registry/extension.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

/* Which document is asked for. */
typedef struct Subject
{
	const char *kind;
	const char *tenant;
	const char *id;
	MemoryContext caller;
	bool		has_snapshot;	/* of its own */
} Subject;

/* ---- beginning and end ---- */

/* Of a policy, the type as its schemas have it. */
static const char *
find_id(const char *kind, const char *id)
{
	const ScimResourceType *type = scim_means_policies(kind) ? scim_resource_type(id) : NULL;

	return type ? type->name : id;
}

static void
begin(Subject *subject, const char *kind, const char *tenant, const char *id, bool fresh)
{
	*subject = (Subject)
	{
		.kind = scim_kind_of(kind),
			.tenant = scim_check_documents(kind, tenant, id),
			.id = find_id(kind, id),
			.caller = CurrentMemoryContext,
			.has_snapshot = fresh
	};
	scim_begin_reading(fresh);
}

static void
finish(const Subject *subject)
{
	scim_finish_reading(subject->has_snapshot);
}

/* ---- what there is now ---- */

/* The policy under the active snapshot; NULL: there is none. */
static Jsonb *
read_policy(const Subject *subject)
{
	ScimPolicyRow row;

	return scim_read_policy_row(subject->tenant, subject->id, GetActiveSnapshot(), &row)
		? row.document : NULL;
}

/* ---- errors ---- */

static SCIM_NORETURN void throw_not_found(const Subject *subject);

static void
throw_not_found(const Subject *subject)
{
	bool		is_policy = scim_means_policies(subject->kind);
	ScimError  *error = scim_error(is_policy ? SCIM_NO_SUCH_POLICY : SCIM_PROPOSAL_NOT_FOUND);

	scim_error_text(error, "resource_type", subject->kind);
	scim_error_whole(error, "resource_id", subject->id);
	scim_throw(error, "%s \"%s\" does not exist", subject->kind, subject->id);
}

static SCIM_NORETURN void throw_no_version(const Subject *subject, const char *version);

static void
throw_no_version(const Subject *subject, const char *version)
{
	ScimError  *error = scim_error(SCIM_VERSION_NOT_FOUND);

	scim_error_text(error, "resource_type", subject->kind);
	scim_error_whole(error, "resource_id", subject->id);
	scim_error_text(error, "version", version);
	scim_throw(error, "version %s of %s \"%s\" is not in its history", version, subject->kind,
			   subject->id);
}

/* ---- the history ---- */

/*
 * A proposal as such is not kept in the history, only what became of it: the chain begins
 * with its last entry.
 */
static char *
last_version(const Subject *subject)
{
	ScimHistoryReader *reader = scim_open_history(subject->tenant, subject->kind, subject->id,
												  PG_INT64_MAX, GetActiveSnapshot());
	const ScimHistoryEntry *last = scim_next_entry(reader);
	char	   *version = last && last->version ? pstrdup(last->version) : NULL;

	scim_close_history(reader);
	return version;
}

static const char *
version_now(const Subject *subject)
{
	Jsonb	   *policy;

	if (!scim_means_policies(subject->kind))
		return last_version(subject);
	policy = read_policy(subject);
	return policy ? scim_document_version(policy) : NULL;
}

Jsonb *
scim_store_document_history(const char *kind, const char *tenant, const char *id, int count,
							const char *cursor, bool fresh)
{
	Subject		subject;
	ScimHistoryOf of;
	JsonbValue *response;
	Jsonb	   *result;

	count = scim_cut_count(count);
	begin(&subject, kind, tenant, id, fresh);
	of = (ScimHistoryOf)
	{
		.type = subject.kind,
			.tenant = subject.tenant,
			.id = subject.id,
			.version = version_now(&subject)
	};
	response = scim_read_history_page(&of, count, cursor);
	if (response == NULL)
		throw_not_found(&subject);
	result = scim_write_in(subject.caller, response);
	finish(&subject);
	return result;
}

/* ---- what a policy was ---- */

static void
begin_past(Subject *subject, ScimDocumentPast *past, const char *tenant, const char *type,
		   bool fresh)
{
	begin(subject, SCIM_POLICY_KIND, tenant, type, fresh);
	scim_open_document_past(past, subject->kind, subject->tenant, subject->id,
							read_policy(subject));
}

static Jsonb *
find_version(const Subject *subject, ScimDocumentPast *past, const char *version)
{
	if (!scim_document_goes_back_to(past, version))
		throw_no_version(subject, version);
	return past->document;
}

/* In the caller's memory. */
static Jsonb *
read_then(const char *tenant, const char *type, const char *version, bool fresh)
{
	Subject		subject;
	ScimDocumentPast past;
	JsonbValue	root;
	Jsonb	   *result;

	scim_check_version_text("version", version);
	begin_past(&subject, &past, tenant, type, fresh);
	scim_root(find_version(&subject, &past, version), &root);
	result = scim_write_in(subject.caller, &root);
	scim_close_document_past(&past);
	finish(&subject);
	return result;
}

Jsonb *
scim_store_policy_then(const char *tenant, const char *type, const char *version, bool fresh)
{
	JsonbValue	root;
	JsonbValue *shown;

	scim_root(read_then(tenant, type, version, fresh), &root);
	shown = scim_open(&root);
	scim_set_text(shown, "_version", version);
	return scim_write(shown);
}

/* ---- what two versions differ in ---- */

static JsonbValue *
find_changes(Jsonb *from, Jsonb *to)
{
	JsonbValue *changes = scim_new_array();
	JsonbValue	roots[2];
	ScimSides	sides;
	ScimPair	pair;

	scim_root(from, &roots[0]);
	scim_root(to, &roots[1]);
	scim_begin_sides(&sides, &roots[0], &roots[1]);
	while (scim_next_pair(&sides, &pair))
	{
		JsonbValue *change = scim_new_object();

		if (pair.a && pair.b && scim_equal(pair.a, pair.b))
			continue;
		scim_set_value(change, "path", &pair.key);
		if (pair.a)
			scim_set_value(change, "from", pair.a);
		if (pair.b)
			scim_set_value(change, "to", pair.b);
		scim_append(changes, change);
	}
	return changes;
}

/* Goes back until both were at hand, whichever came first. */
static void
read_sides(const Subject *subject, ScimDocumentPast *past, const char *const versions[2],
		   Jsonb *sides[2])
{
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < 2; i++)
		{
			if (sides[i] == NULL && past->version && strcmp(past->version, versions[i]) == 0)
				sides[i] = past->document;
		}
		if (sides[0] && sides[1])
			return;
		if (!scim_document_goes_back(past))
			throw_no_version(subject, versions[sides[0] ? 1 : 0]);
	}
}

Jsonb *
scim_store_policies_diff(const char *tenant, const char *type, const char *from, const char *to,
						 bool fresh)
{
	Subject		subject;
	ScimDocumentPast past;
	JsonbValue *shown = scim_new_object();
	const char *versions[2] = {from, to};
	Jsonb	   *sides[2] = {NULL, NULL};
	Jsonb	   *result;

	scim_check_version_text("from_version", from);
	scim_check_version_text("to_version", to);
	begin_past(&subject, &past, tenant, type, fresh);
	if (to == NULL && past.version == NULL)
		throw_not_found(&subject);
	if (to == NULL)
		versions[1] = past.version;
	read_sides(&subject, &past, versions, sides);
	scim_set_text(shown, "from", from);
	scim_set_text(shown, "to", versions[1]);
	scim_set_value(shown, "changes", find_changes(sides[0], sides[1]));
	result = scim_write_in(subject.caller, shown);
	scim_close_document_past(&past);
	finish(&subject);
	return result;
}

/* ---- bringing it back ---- */

/* Whoever may not set policies may not set one that was, either. */
static void
check_may_set(void)
{
	Oid			types[] = {TEXTOID, TEXTOID, JSONBOID, TEXTOID};
	Oid			function = scim_extension_function("scimver", "scim_set_policy",
												   lengthof(types), types);

	if (!scim_may_execute(function, GetUserId()))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_FUNCTION, "scim_set_policy");
}

Jsonb *
scim_store_restore_policy(const ScimWriteOptions *options, const char *version)
{
	Jsonb	   *policy;

	check_may_set();
	policy = read_then(options->tenant, options->id, version, true);
	return scim_store_set_policy(scim_check_documents(SCIM_POLICY_KIND, options->tenant,
													  options->id),
								 options->id, policy, options->expected);
}
