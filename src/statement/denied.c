/*
 * denied.c
 *		PERMISSION_DENIED that names the columns whose privilege a role lacks.
 *
 * PostgreSQL names the table only, also where privileges are granted by column.
 * What a statement needs stands in its query, relation by relation; it is
 * compared with what the role has, as the executor does.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/denied.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

/* A privilege that can be granted on columns, and of which columns a query needs it. */
typedef struct Need
{
	AclMode		mode;
	const char *name;
	const Bitmapset *columns;	/* empty: of any one */
} Need;

void
scim_throw_lacking_columns(Oid relid, Oid role, const char *privilege, List *columns)
{
	ScimError  *error = scim_error(SCIM_PERMISSION_DENIED);
	char	   *table = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
												   get_rel_name(relid));
	char	   *grantee = GetUserNameFromId(role, true);
	JsonbValue *names = scim_new_array();
	StringInfoData list;
	ListCell   *cell;

	if (grantee == NULL)
		grantee = "?";
	initStringInfo(&list);
	foreach(cell, columns)
	{
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", quote_identifier(lfirst(cell)));
		scim_append_text(names, lfirst(cell));
	}
	scim_error_whole(error, "relation", table);
	scim_error_text(error, "privilege", privilege);
	scim_error_hint(error, psprintf("Ask an administrator: GRANT %s%s%s%s ON %s TO %s;", privilege,
									columns ? " (" : "", list.data, columns ? ")" : "", table,
									quote_identifier(grantee)));
	if (columns == NIL)
		scim_throw(error, "role \"%s\" lacks the privilege %s on table %s", grantee, privilege,
				   table);
	scim_error_list(error, "columns", names);
	scim_throw(error, "role \"%s\" lacks the privilege %s on column%s %-s of table %s", grantee,
			   privilege, list_length(columns) > 1 ? "s" : "", list.data, table);
}

void
scim_throw_lacking(Oid relid, Oid role, const char *privilege)
{
	scim_throw_lacking_columns(relid, role, privilege, NIL);
}

static void
check_schema(const ScimRegistration *registration, Oid role)
{
	Oid			schema = registration ? get_rel_namespace(registration->relid) : InvalidOid;
	char	   *name = OidIsValid(schema) ? get_namespace_name(schema) : NULL;
	char	   *grantee = GetUserNameFromId(role, true);
	ScimError  *error;

	if (name == NULL || grantee == NULL || scim_may_use_schema(schema, role))
		return;
	error = scim_error(SCIM_PERMISSION_DENIED);
	scim_error_whole(error, "relation", registration->table);
	scim_error_text(error, "privilege", "USAGE");
	scim_error_hint(error, psprintf("Ask an administrator: GRANT USAGE ON SCHEMA %s TO %s.",
									quote_identifier(name), quote_identifier(grantee)));
	scim_throw(error, "role \"%s\" lacks the privilege USAGE on the schema of table %s", grantee,
			   registration->table);
}

void
scim_throw_no_schema(const ScimRegistration *registration, Oid role)
{
	const ScimResourceType *type = scim_members_type();

	check_schema(registration, role);
	check_schema(type ? scim_find_members(type) : NULL, role);
	check_schema(type ? scim_find_table(type) : NULL, role);
}

static int
count_columns(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int			count = HeapTupleIsValid(tuple) ? ((Form_pg_class) GETSTRUCT(tuple))->relnatts : 0;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return count;
}

/* The columns on which the role has it not; of all, where a query needs whole rows. */
static List *
lacking_columns(Oid relid, Oid role, const Need *need)
{
	List	   *lacking = NIL;
	bool		whole = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, need->columns);
	int			count = count_columns(relid);

	for (AttrNumber i = 1; i <= count; i++)
	{
		char	   *name;

		if (!whole && !bms_is_member(i - FirstLowInvalidHeapAttributeNumber, need->columns))
			continue;
		name = get_attname(relid, i, true);
		if (name && pg_attribute_aclcheck(relid, i, role, need->mode) != ACLCHECK_OK)
			lacking = lappend(lacking, name);
	}
	return lacking;
}

static void
check_need(Oid relid, Oid role, const Need *need)
{
	List	   *lacking;

	if (bms_is_empty(need->columns))
	{
		if (pg_attribute_aclcheck_all(relid, role, need->mode, ACLMASK_ANY) != ACLCHECK_OK)
			scim_throw_lacking(relid, role, need->name);
		return;
	}
	lacking = lacking_columns(relid, role, need);
	if (lacking)
		scim_throw_lacking_columns(relid, role, need->name, lacking);
}

/* What the executor checks of a relation before it begins. */
static void
check_relation(const ScimPermissions * needed, Oid role)
{
	Need		needs[] = {
		{ACL_SELECT, "SELECT", needed->selectedCols},
		{ACL_INSERT, "INSERT", needed->insertedCols},
		{ACL_UPDATE, "UPDATE", needed->updatedCols},
	};
	AclMode		missing;

	if (needed->requiredPerms == 0)
		return;
	if (OidIsValid(needed->checkAsUser))
		role = needed->checkAsUser;
	missing = needed->requiredPerms &
		~pg_class_aclmask(needed->relid, role, needed->requiredPerms, ACLMASK_ALL);
	if (missing & ACL_DELETE)
		scim_throw_lacking(needed->relid, role, "DELETE");
	for (size_t i = 0; i < lengthof(needs); i++)
	{
		if (missing & needs[i].mode)
			check_need(needed->relid, role, &needs[i]);
	}
}

/* All queries of a statement: subqueries and those of policies, too. */
static bool
check_queries(Node *node, void *role)
{
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, check_queries, role);
	foreach(cell, scim_query_permissions((Query *) node))
		check_relation(lfirst(cell), *(Oid *) role);
	return query_tree_walker((Query *) node, check_queries, role, 0);
}

void
scim_throw_denied(SPIPlanPtr plan, Oid role)
{
	ListCell   *source;
	ListCell   *query;

	foreach(source, SPI_plan_get_plan_sources(plan))
	{
		foreach(query, ((CachedPlanSource *) lfirst(source))->query_list)
			check_queries(lfirst(query), &role);
	}
}
