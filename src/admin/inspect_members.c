/*
 * inspect_members.c
 *		Memberships of users and groups that do not exist: left from before they
 *		were registered, or made where no foreign key asks.
 *
 * They are the application's rows: told, with the statement that removes one,
 * and never removed.
 */
#include "postgres.h"

#include "admin/inspect_members.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/stored_rows.h"
#include "statement/text.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* So many are read at a time. */
#define BATCH 500

/* ---- finding them ---- */

/* Who is marked as deleted is there: the mark may be taken away. */
static char *
orphans_sql(const ScimRegistration *members, const ScimRegistration *users)
{
	StringInfoData sql;

	initStringInfo(&sql);
	scim_append_statement(&sql,
						  "SELECT * FROM (SELECT m.{group}, m.{member}, "
						  "{?tenant:m.{tenant}}{!tenant:NULL},"
						  " NOT EXISTS (SELECT FROM {groups.table} AS g WHERE {tenants:g=m} AND "
						  "g.{groups.id}" EQ "m.{group}), ",
						  members);
	if (users)
		scim_append_statement(&sql,
							  "NOT EXISTS (SELECT FROM {table} AS r WHERE {tenants:r=m} AND "
							  "r.{id}" EQ "m.{members.member})",
							  users);
	else
		appendStringInfoString(&sql, "false");
	scim_append_statement(&sql,
						  " FROM {table} AS m WHERE m.{group} IS NOT NULL AND m.{member} IS NOT "
						  "NULL)"
						  " AS o(group_id, member_id, tenant_id, without_group, without_member)"
						  " WHERE without_group OR without_member ORDER BY tenant_id, group_id, "
						  "member_id",
						  members);
	return sql.data;
}

/* ---- telling ---- */

/* The columns of orphans_sql. */
enum
{
	AT_GROUP = 1, AT_MEMBER, AT_TENANT, AT_WITHOUT_GROUP, AT_WITHOUT_MEMBER
};

static char *
removing_sql(const ScimRegistration *members, const char *tenant, const char *group,
			 const char *member)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "DELETE FROM %s WHERE %s = %s AND %s = %s", members->table,
					 members->columns[SCIM_MEMBER_GROUP], quote_literal_cstr(group),
					 members->columns[SCIM_MEMBER_ID], quote_literal_cstr(member));
	if (members->columns[SCIM_MEMBER_TENANT])
		appendStringInfo(&sql, " AND %s = %s", members->columns[SCIM_MEMBER_TENANT],
						 quote_literal_cstr(tenant));
	return sql.data;
}

static void
report_orphan(const ScimRegistration *groups, const ScimRegistration *members, HeapTuple tuple,
			  TupleDesc descriptor, ScimReportProblem report, void *argument)
{
	char	   *group = SPI_getvalue(tuple, descriptor, AT_GROUP);
	char	   *member = SPI_getvalue(tuple, descriptor, AT_MEMBER);
	char	   *tenant;
	ScimProblem problem = {.problem = "membership", .id = group};
	bool		isnull;
	Datum		value = SPI_getbinval(tuple, descriptor, AT_WITHOUT_GROUP, &isnull);
	bool		without_group = DatumGetBool(value);

	tenant = SPI_getvalue(tuple, descriptor, AT_TENANT);
	problem.tenant = tenant ? tenant : groups->tenant;
	problem.detail = psprintf("a row of table %s has User \"%s\" in %s \"%s\", and there is no "
							  "such %s: who gets that id is a member. To remove it: %s;",
							  members->table, member, members->type->name, group,
							  without_group ? members->type->name : "User",
							  removing_sql(members, tenant, group, member));
	report(&problem, argument);
}

void
scim_inspect_memberships(const ScimRegistration *groups, ScimReportProblem report, void *argument)
{
	const ScimRegistration *members = scim_find_members(groups->type);
	const ScimRegistration *users = scim_find_table(scim_resource_type("User"));
	MemoryContext scratch;
	Portal		portal;
	uint64		count;

	if (members == NULL || groups->storage->ties_members)
		return;
	if (users)
		scim_refuse_hidden_rows(users);
	scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver memberships",
									ALLOCSET_DEFAULT_SIZES);
	portal = SPI_cursor_open_with_args(NULL, orphans_sql(members, users), 0, NULL, NULL, NULL, true,
									   0);
	do
	{
		MemoryContext old;

		SPI_cursor_fetch(portal, true, BATCH);
		count = SPI_processed;
		old = MemoryContextSwitchTo(scratch);
		for (uint64 i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			report_orphan(groups, members, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, report,
						  argument);
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
		SPI_freetuptable(SPI_tuptable);
	} while (count > 0);
	SPI_cursor_close(portal);
	MemoryContextDelete(scratch);
}
