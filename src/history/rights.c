/*
 * rights.c
 *		Who may read the history of a table's resources.
 *
 * What holds for a role and a table is found out once, and again when its
 * registration, the privileges on it or a role may have changed; grants of tenants
 * are kept by statement/granted.c.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "base/errors.h"
#include "common/hashfn.h"
#include "history/entries.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/bare.h"
#include "statement/denied.h"
#include "statement/granted.h"
#include "statement/known.h"
#include "statement/may_use.h"
#include "statement/policy.h"
#include "statement/tenant.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

/* Why nothing is shown. */
typedef enum Lack
{
	LACKS_NOTHING,
	LACKS_SCHEMA,				/* USAGE on it */
	LACKS_COLUMNS,				/* SELECT on some */
	HAS_POLICIES				/* that are not scimver's, and apply to the role */
} Lack;

typedef struct Rights
{
	ScimKnown	head;
	Lack		lack;
	Oid			policies[2];	/* the functions that scimver's own policies on the table and on
								 * its memberships ask; InvalidOid: none applies to the role */
} Rights;

static ScimKnowledge known_rights = {"scimver rights on the history", sizeof(Rights)};

/* ---- columns ---- */

static List *
note_lacking(List *lacking, Oid relid, AttrNumber number)
{
	if (number == InvalidAttrNumber ||
		pg_attribute_aclcheck(relid, number, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		return lacking;
	return list_append_unique_int(lacking, number);
}

/* The numbers of the columns that the role would have to read, and may not. */
static List *
lacking_columns(const ScimRegistration *registration)
{
	Oid			relid = registration->relid;
	List	   *lacking = NIL;

	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		return NIL;
	if (registration->is_members)
	{
		for (int i = 0; i < SCIM_MEMBER_COLUMNS; i++)
			lacking = note_lacking(lacking, relid, registration->numbers[i]);
		return lacking;
	}
	lacking = note_lacking(lacking, relid, registration->numbers[SCIM_COLUMN_TENANT]);
	for (int i = 0; i < scim_bare_count(registration); i++)
		lacking = note_lacking(lacking, relid, scim_bare_number(registration, i));
	return note_lacking(lacking, relid, registration->numbers[SCIM_COLUMN_DELETED]);
}

/* ---- policies ---- */

/* The function of scimver's own policy, if it is the only one of the table; else InvalidOid. */
static Oid
find_own_policy(const ScimRegistration *registration)
{
	AttrNumber	tenant = registration->numbers[registration->is_members ? (int) SCIM_MEMBER_TENANT
											   : (int) SCIM_COLUMN_TENANT];
	Relation	relation;
	Oid			policy;

	if (scim_has_policy_hooks() || tenant == InvalidAttrNumber)
		return InvalidOid;
	relation = try_relation_open(registration->relid, AccessShareLock);
	if (relation == NULL)
		return InvalidOid;
	policy = scim_find_own_policy(relation, tenant);
	relation_close(relation, NoLock);
	return policy;
}

/* *policy: what decides instead, tenant by tenant. */
static Lack
find_lack(const ScimRegistration *registration, Oid *policy)
{
	*policy = InvalidOid;
	if (!scim_may_use_schema(get_rel_namespace(registration->relid), GetUserId()))
		return LACKS_SCHEMA;
	if (lacking_columns(registration) != NIL)
		return LACKS_COLUMNS;
	if (check_enable_rls(registration->relid, InvalidOid, true) != RLS_ENABLED)
		return LACKS_NOTHING;
	*policy = find_own_policy(registration);
	return OidIsValid(*policy) ? LACKS_NOTHING : HAS_POLICIES;
}

/* It may have been replaced, or be no longer the role's to call: neither is told. */
static bool
is_own_policy(Oid policy)
{
	return !OidIsValid(policy) ||
		(scim_is_may_use(policy) && scim_may_execute(policy, GetUserId()));
}

/* ---- what is known ---- */

static const ScimRegistration *
members_of(const ScimRegistration *table)
{
	return table->type->has_members ? scim_find_members(table->type) : NULL;
}

static Rights
find_rights(const ScimRegistration *table)
{
	Rights		rights = {0};
	const Rights *kept = scim_recall(&known_rights, table, 0, &rights.head);
	const ScimRegistration *members;

	if (likely(kept))
		return *kept;
	members = members_of(table);
	rights.lack = find_lack(table, &rights.policies[0]);
	if (rights.lack == LACKS_NOTHING && members)
		rights.lack = find_lack(members, &rights.policies[1]);
	if (scim_is_current(table) && (members == NULL || scim_is_current(members)))
		scim_keep_known(&known_rights, &rights.head);
	return rights;
}

/* ---- the answers ---- */

static bool
may_see_some(const Rights *rights)
{
	return rights->lack == LACKS_NOTHING && is_own_policy(rights->policies[0]) &&
		is_own_policy(rights->policies[1]);
}

static bool
goes_by_grants(const Rights *rights)
{
	return OidIsValid(rights->policies[0]) || OidIsValid(rights->policies[1]);
}

bool
scim_sees_history(const ScimRegistration *table, const char *tenant)
{
	Rights		rights = find_rights(table);

	return may_see_some(&rights) &&
		(!goes_by_grants(&rights) || scim_is_granted(tenant, strlen(tenant)));
}

static List *
names_of(const ScimRegistration *registration, List *numbers)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, numbers)
		names = lappend(names, get_attname(registration->relid, lfirst_int(cell), false));
	return names;
}

/* Why is nothing of it shown?  Returns if that is not this table's doing. */
static void
throw_lack(const ScimRegistration *registration)
{
	Oid			policy;
	Lack		lack = find_lack(registration, &policy);
	ScimError  *error;

	if (lack == LACKS_SCHEMA)
		scim_throw_no_schema(registration, GetUserId());
	if (lack == LACKS_COLUMNS)
		scim_throw_lacking_columns(registration->relid, GetUserId(), "SELECT",
								   names_of(registration, lacking_columns(registration)));
	if (lack == LACKS_NOTHING && is_own_policy(policy))
		return;
	error = scim_error(SCIM_HISTORY_HIDDEN);
	scim_error_whole(error, "relation", registration->table);
	scim_throw(error, "row level security of table %-s applies to you, and its history knows "
			   "nothing of policies that are not scimver's",
			   registration->table);
}

void
scim_check_history(const ScimRegistration *table, const char *tenant)
{
	Rights		rights = find_rights(table);
	const ScimRegistration *members;

	if (!may_see_some(&rights))
	{
		throw_lack(table);
		members = members_of(table);
		if (members)
			throw_lack(members);
	}
	if (goes_by_grants(&rights))
		scim_check_granted(tenant);
}

/* ---- where it begins ---- */

int64
scim_history_begins(const char *tenant, const char *type)
{
	ScimHistoryReader *reader = scim_open_history(tenant, type, NULL, PG_INT64_MAX, NULL);
	const ScimHistoryEntry *entry;
	int64		begins = 0;

	/* beside such entries, there are truncations */
	while (begins == 0 && (entry = scim_next_entry(reader)) != NULL)
	{
		if (entry->operation == SCIM_HISTORY_REMAPPED)
			begins = entry->seq;
	}
	scim_close_history(reader);
	return begins;
}

/* What is kept of a tenant; of one with a longer name nothing is. */
typedef struct Beginning
{
	ScimKnown	head;
	char		tenant[NAMEDATALEN];
	int64		seq;
} Beginning;

static ScimKnowledge known_beginnings = {"scimver beginnings of the history", sizeof(Beginning)};

/* Two tenants of one hash take turns. */
static int
hash_of(const char *tenant)
{
	return (int) DatumGetUInt32(hash_any((const unsigned char *) tenant, strlen(tenant)));
}

int64
scim_known_begins(const ScimRegistration *table, const char *tenant)
{
	Beginning	found = {0};
	const Beginning *kept = scim_recall(&known_beginnings, table, hash_of(tenant), &found.head);

	if (likely(kept && strcmp(kept->tenant, tenant) == 0))
		return kept->seq;
	found.seq = scim_history_begins(tenant, table->type->name);
	if (strlcpy(found.tenant, tenant, sizeof(found.tenant)) < sizeof(found.tenant) &&
		scim_is_current(table))
		scim_keep_known(&known_beginnings, &found.head);
	return found.seq;
}

void
scim_read_registrations(void)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		(void) scim_find_table(*type);
		if ((*type)->has_members)
			(void) scim_find_members(*type);
	}
}
