/*
 * policy.c
 *		Setting policies, and showing them.
 *
 * Who may set one is said by EXECUTE on the function, and, where row level security keeps
 * tenants apart, by the grant of the tenant; of "*", which is for all, by one of that name.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "decision/policy_read.h"
#include "decision/policy_rows.h"
#include "decision/rights.h"
#include "executor/spi.h"
#include "history/document.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "operation/policy.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "tcop/utility.h"
#include "utils/acl.h"

#define VERSION_KEY "_version"

/* What a call is about. */
typedef struct Subject
{
	const ScimResourceType *type;
	const ScimRegistration *table;	/* NULL: there is none (yet, or any more) */
	const char *tenant;
} Subject;

/* NOT_REGISTERED, of a type that is none; INVALID_VALUE, TENANT_FORBIDDEN (only_tenant). */
static Subject
subject_of(const char *tenant, const char *type)
{
	Subject		subject = {.type = scim_resource_type(type)};

	if (tenant[0] == '\0')
		scim_throw_path(SCIM_BAD_PARAMETER, "tenant", "tenant must not be empty");
	if (subject.type == NULL)
		scim_throw_not_registered(type, NULL);
	subject.table = scim_find_table(subject.type);
	if (subject.table && strcmp(tenant, SCIM_ALL_TENANTS) != 0)
		subject.tenant = scim_tenant_of(subject.table, tenant);
	else
		subject.tenant = scim_resolve_tenant(tenant);
	return subject;
}

/* ---- as it is shown ---- */

static Jsonb *
show(const ScimPolicyRow *row)
{
	JsonbValue	root;
	JsonbValue *shown;

	scim_root(row->document, &root);
	shown = scim_open(&root);
	scim_set_text(shown, VERSION_KEY, row->version);
	return scim_write(shown);
}

/* What was shown can be sent back. */
static Jsonb *
without_version(Jsonb *given)
{
	JsonbValue	root;
	JsonbValue *tree;

	scim_root(given, &root);
	if (!scim_is_object(&root))
		return given;
	tree = scim_open(&root);
	return scim_remove(tree, VERSION_KEY, strlen(VERSION_KEY)) ? scim_write(tree) : given;
}

/* ---- setting ---- */

/* Without a table, nothing says whether tenants are kept apart: so they are. */
static void
check_rights(const Subject *subject)
{
	if (subject->table ? scim_goes_by_grants(subject->table)
		: !has_bypassrls_privilege(GetUserId()))
		scim_check_granted(subject->tenant);
}

static SCIM_NORETURN void throw_mismatch(const Subject *subject, const char *expected,
										 const char *current);

/* Of one that is not there, it has no current_version. */
static void
throw_mismatch(const Subject *subject, const char *expected, const char *current)
{
	ScimError  *error = scim_error(SCIM_POLICY_MISMATCH);

	scim_error_text(error, "resource_type", SCIM_POLICY_KIND);
	scim_error_whole(error, "resource_id", subject->type->name);
	scim_error_whole(error, "expected_version", expected);
	if (current == NULL)
		scim_throw(error, "Version mismatch: no such policy is set");
	scim_error_whole(error, "current_version", current);
	scim_throw(error, "Version mismatch: the policy was changed");
}

/* The one that there is under the lock, NULL: none; is it what was expected? */
static void
change(const Subject *subject, const char *expected, const ScimPolicyRow *wanted)
{
	ScimPolicyRow row;
	bool		is_set;

	scim_lock_policies();
	is_set = scim_read_policy_row(subject->tenant, subject->type->name, NULL, &row);
	if (wanted ? is_set && strcmp(row.version, wanted->version) == 0 : !is_set)
		return;
	if (expected && !(is_set && strcmp(row.version, expected) == 0))
		throw_mismatch(subject, expected, is_set ? row.version : NULL);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	scim_write_policy_row(subject->tenant, subject->type->name, wanted);
	scim_record_document(SCIM_POLICY_KIND, subject->tenant, subject->type->name,
						 is_set ? row.document : NULL, wanted ? wanted->document : NULL);
	SPI_finish();
}

Jsonb *
scim_store_set_policy(const char *tenant, const char *type, Jsonb *policy, const char *expected)
{
	Subject		subject;
	ScimPolicy *read;
	ScimPolicyRow wanted;

	PreventCommandIfReadOnly("scim_set_policy()");
	expected = scim_read_expected(expected);
	subject = subject_of(tenant, type);
	check_rights(&subject);
	if (policy == NULL)
	{
		change(&subject, expected, NULL);
		return NULL;
	}
	read = scim_read_policy(subject.tenant, subject.type, without_version(policy), false);
	wanted = (ScimPolicyRow) {.document = read->document, .version = pstrdup(read->version)};
	change(&subject, expected, &wanted);
	return show(&wanted);
}

/* ---- getting ---- */

/* TENANT_FORBIDDEN, or else that of the table. */
static void
check_may_read(const Subject *subject)
{
	if (scim_sees_policy(subject->table, subject->tenant))
		return;
	check_rights(subject);
	if (subject->table)
		scim_check_history(subject->table, subject->tenant);
}

Jsonb *
scim_store_get_policy(const char *tenant, const char *type)
{
	Subject		subject = subject_of(tenant, type);
	ScimPolicyRow row;

	check_may_read(&subject);
	return scim_read_policy_row(subject.tenant, subject.type->name, NULL, &row) ? show(&row) : NULL;
}
