/*
 * memberships.c
 *		The memberships of a group, as its table holds them: found, compared with
 *		what is wanted, and written.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "column/id.h"
#include "core/canonical.h"
#include "executor/spi.h"
#include "group/memberships.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "resource/member_sum.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define OF_GROUP "{in_tenant} AND {group}" EQ "$2"

/* ---- for so many ids: tenant, group, ids ---- */

/* What the key of a created membership table is led through by. */
#define OF_ANY_TYPE "{?type: AND {type}" EQ "ANY ('{User,Group}'::pg_catalog.text[])}"

#define AMONG OF_GROUP OF_ANY_TYPE " AND {member}" EQ "ANY ($3)"

/*
 * The same of many: the whole group is read, and each member looked up among the
 * ids by a hash, whatever the planner thinks of a group's size: what is asked
 * whether it is true is no join.
 */
#define AMONG_MANY \
	OF_GROUP OF_ANY_TYPE \
	" AND (t.{member}" EQ "ANY (SELECT m.id FROM pg_catalog.unnest($3) AS m(id))) IS TRUE"

/*
 * Of few: each id is looked up by the whole key, in generic plans, too, which take
 * all groups for as small as the average, and would rather read one.  (The column
 * of the type stands before that of the member in the key of a created table.)
 */
#define LOOK_UP(columns, type) \
	"SELECT " columns " FROM {table} AS t WHERE " OF_GROUP type " AND t.{member}" EQ "m.id"

#define AMONG_FEW(columns) \
	"(SELECT DISTINCT i.id FROM pg_catalog.unnest($3) AS i(id)) AS m, LATERAL (" \
	LOOK_UP(columns, "{?type: AND t.{type}" EQ "'User'}") \
	"{?type: UNION ALL " LOOK_UP(columns, " AND t.{type}" EQ "'Group'") "}" \
	" OFFSET 0) AS found"

#define FOR_IDS \
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, SCIM_MEMBERS_PARAMETER}

/* A statement for few ids, and the one for many. */
typedef struct ForIds
{
	ScimStatement few;
	ScimStatement many;
} ForIds;

/* those of them that are members, and their types */
static const ForIds find_members = {
	.few = {.sql = "SELECT found.{member}{?type:, found.{type}} FROM "
	AMONG_FEW("t.{member}{?type:, t.{type}}"), FOR_IDS},
	.many = {.sql = "SELECT t.{member}{?type:, t.{type}} FROM {table} AS t WHERE " AMONG_MANY,
	FOR_IDS}
};

/* how many of them: what inherits the table may hold a membership once more */
#define COUNT_EACH(members) \
	"SELECT pg_catalog.count(*) FROM (SELECT DISTINCT " members ") AS each"

static const ForIds count_members = {
	.few = {.sql = COUNT_EACH("found.{member} FROM " AMONG_FEW("t.{member}")), FOR_IDS},
	.many = {.sql = COUNT_EACH("t.{member} FROM {table} AS t WHERE " AMONG_MANY), FOR_IDS}
};

static const ForIds remove_members = {
	.few = {.sql = "DELETE FROM {table} WHERE " AMONG, FOR_IDS},
	.many = {.sql = "DELETE FROM {table} AS t WHERE " AMONG_MANY, FOR_IDS}
};

/*
 * Of more ids than these, all members of the group are read and looked for among
 * them; of fewer, each id is looked up.  (Where few are removed, the planner may
 * still have the group read: it depends on what it knows of the table.)
 */
#define FEW 100

/* Runs the statement for so many ids of members of a group. */
static uint64
run_for_ids(const ForIds *statement, const ScimRegistration *table, const char *tenant,
			const char *group, Datum *ids, int count)
{
	Datum		values[3];

	values[0] = scim_tenant_datum(table, tenant);
	values[1] = scim_id_datum(table, group);
	values[2] = scim_id_array(table->member_type, ids, count);
	return scim_run(count > FEW ? &statement->many : &statement->few, table, values, NULL, false);
}

uint64
scim_find_memberships(const ScimRegistration *table, const char *tenant, const char *group,
					  Datum *ids, int count)
{
	return run_for_ids(&find_members, table, tenant, group, ids, count);
}

/* ---- are they as wanted? ---- */

void
scim_sum_set(const ScimMemberSet *set, ScimMemberSum *sum)
{
	uint8		hash[SCIM_DIGEST_SIZE];

	*sum = (ScimMemberSum)
	{
		.known = true, .count = set->count
	};
	for (int i = 0; i < set->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		scim_member_hash(TextDatumGetCString(set->types[i]), set->ids[i], hash);
		digest_add(sum->digest, hash);
	}
}

/* The digest of a set is what the triggers will have made of it. */
static bool
is_set(const ScimMembersWrite *write, const char *tenant, const ScimRow *group)
{
	ScimRow		known = *group;
	ScimMemberSum sum;

	scim_know_members(scim_find_table(write->members->type), tenant, &known, true);
	if (write->add.count != known.members.count)
		return false;
	scim_sum_set(&write->add, &sum);
	return scim_same_members(&sum, &known.members);
}

/* How many of the ids are members of the group. */
static int64
count_in(const ScimRegistration *table, const char *tenant, const char *group, Datum *ids,
		 int count)
{
	bool		isnull;

	if (count == 0)
		return 0;
	run_for_ids(&count_members, table, tenant, group, ids, count);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* The ids of members to be added, as the membership table holds them. */
static Datum *
added_ids(const ScimMembersWrite *write)
{
	Datum	   *ids = palloc_extended(Max(write->add.count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);

	for (int i = 0; i < write->add.count; i++)
	{
		if (!scim_parse_id(write->members->member_type, write->add.ids[i], &ids[i]))
			elog(ERROR, "\"%s\" is no id of a member", write->add.ids[i]);
	}
	return ids;
}

/* Those of the ids that are members of the group, as texts, in order, each once; *found of them. */
static char **
find_in(const ScimRegistration *table, const char *tenant, const char *group, Datum *ids, int count,
		int *found)
{
	uint64		rows = count > 0 ? run_for_ids(&find_members, table, tenant, group, ids, count) : 0;
	char	  **texts = palloc_extended(Max(rows, 1) * sizeof(char *), MCXT_ALLOC_HUGE);
	bool		isnull;

	for (uint64 i = 0; i < rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		texts[i] = scim_id_text(table->member_type,
								SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
											  &isnull));
	}
	if (count > 0)
		SPI_freetuptable(SPI_tuptable);
	qsort(texts, rows, sizeof(char *), pg_qsort_strcmp);
	*found = 0;
	/* one id may be a member as a user and as a group */
	for (uint64 i = 0; i < rows; i++)
	{
		if (*found == 0 || strcmp(texts[*found - 1], texts[i]) != 0)
			texts[(*found)++] = texts[i];
	}
	return texts;
}

void
scim_find_present(const ScimMembersWrite *write, const char *tenant, const char *group,
				  ScimMembersPresent *present)
{
	present->add = find_in(write->members, tenant, group, added_ids(write), write->add.count,
						   &present->add_count);
	present->remove = find_in(write->members, tenant, group, write->remove, write->remove_count,
							  &present->remove_count);
}

bool
scim_members_are_there(const ScimMembersWrite *write, const char *tenant, const ScimRow *group)
{
	if (write->missing)
		return false;
	if (write->replace)
		return is_set(write, tenant, group);
	return count_in(write->members, tenant, group->id, added_ids(write), write->add.count) ==
		write->add.count &&
		count_in(write->members, tenant, group->id, write->remove, write->remove_count) == 0;
}

/* ---- writing ---- */

/* tenant, group, types, ids */
static const ScimStatement add_members = {
	.sql = "INSERT INTO {table} ({?tenant:{tenant}, }{group}{?type:, {type}}, {member})"
	" SELECT {?tenant:$1, }$2{?type:, m.type}, m.id"
	" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id)"
	" ORDER BY m.type, m.id ON CONFLICT DO NOTHING",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, TEXTARRAYOID, SCIM_MEMBERS_PARAMETER}
};

/* tenant, group, type, id: the same for one */
static const ScimStatement add_member = {
	.sql = "INSERT INTO {table} ({?tenant:{tenant}, }{group}{?type:, {type}}, {member})"
	" VALUES ({?tenant:$1, }$2{?type:, $3}, $4) ON CONFLICT DO NOTHING",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, TEXTOID, SCIM_MEMBER_PARAMETER}
};

/* The membership t is not among those of the types $3 and ids $4; by a hash, too. */
#define IS_OTHER \
	"({?type:ROW(t.{type}, t.{member})}{!type:t.{member}}" EQ "ANY (SELECT {?type:m.type, }m.id" \
	" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) AS m(type, id))) IS NOT TRUE"

/* tenant, group, types, ids: removes all others */
static const ScimStatement keep_members = {
	.sql = "DELETE FROM {table} AS t WHERE " OF_GROUP " AND " IS_OTHER,
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, TEXTARRAYOID, SCIM_MEMBERS_PARAMETER}
};

/* the same: those that are not to be kept */
static const ScimStatement count_others = {
	.sql = "SELECT pg_catalog.count(*) FROM {table} AS t WHERE " OF_GROUP " AND " IS_OTHER,
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, TEXTARRAYOID, SCIM_MEMBERS_PARAMETER}
};

static Datum
text_array(Datum *texts, int count)
{
	return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

bool
scim_write_members(const ScimMembersWrite *write, const char *tenant, const char *group)
{
	const ScimIdType *type = write->members->member_type;
	Datum	   *add = added_ids(write);
	Datum		values[4];
	uint64		added = 0;
	bool		isnull;

	values[0] = scim_tenant_datum(write->members, tenant);
	values[1] = scim_id_datum(write->members, group);
	/* who was no member is none */
	if (write->remove_count > 0 &&
		run_for_ids(&remove_members, write->members, tenant, group, write->remove,
					write->remove_count) < (uint64) write->remove_count &&
		count_in(write->members, tenant, group, write->remove, write->remove_count) > 0)
		return false;
	if (write->add.count == 1 && !write->replace)
	{
		values[2] = write->add.types[0];
		values[3] = add[0];
		added = scim_run(&add_member, write->members, values, NULL, false);
	}
	else
	{
		values[2] = text_array(write->add.types, write->add.count);
		values[3] = scim_id_array(type, add, write->add.count);
		if (write->replace)
		{
			scim_run(&keep_members, write->members, values, NULL, false);
			scim_run(&count_others, write->members, values, NULL, false);
			if (DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
											&isnull)) > 0)
				return false;
		}
		if (write->add.count > 0)
			added = scim_run(&add_members, write->members, values, NULL, false);
	}
	/* who was a member is one */
	return added == (uint64) write->add.count ||
		count_in(write->members, tenant, group, add, write->add.count) == write->add.count;
}
