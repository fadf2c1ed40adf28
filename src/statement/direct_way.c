/*
 * direct_way.c
 *		Whether a table's rows may be looked up without a statement, and by which
 *		index.
 *
 * What a table is like, for everybody and for the role, is found out once, and
 * again when its registration or a role may have changed; the session's settings
 * are asked for each time.
 */
#include "postgres.h"

#include "access/genam.h"
#include "base/compat.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"
#include "registry/cache.h"
#include "rewrite/rowsecurity.h"
#include "statement/direct_way.h"
#include "statement/granted.h"
#include "statement/names.h"
#include "statement/policy.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/typcache.h"

/* What a table is like for everybody. */
typedef struct Facts
{
	uint64		generation;		/* of the registrations; 0: nothing is known */
	Oid			relid;
	const char *obstacle;		/* NULL: there is none; else why it takes a statement */
	ScimDirectWay way;
	Oid			policy;			/* the function that its only policy asks, scim_may_use; or
								 * InvalidOid */
} Facts;

/* ---- the table ---- */

/* Is that key of the index the column, compared as "=" does? */
static bool
is_key(Relation index, int place, const ScimDirectKey *key, const TypeCacheEntry *type)
{
	return place < index->rd_index->indnkeyatts &&
		index->rd_index->indkey.values[place] == key->number &&
		index->rd_opfamily[place] == type->btree_opf &&
		index->rd_opcintype[place] == type->btree_opintype &&
		index->rd_indcollation[place] == key->collation;
}

/* Puts the keys in their places in the index; how many it has, 0: it does not serve. */
static int
place_keys(Relation index, ScimDirectWay *way, const TypeCacheEntry *types[2])
{
	ScimDirectKey *id = &way->keys[0];
	ScimDirectKey *tenant = way->key_count > 1 ? &way->keys[1] : NULL;

	if (!index->rd_index->indisvalid || !index->rd_index->indisready ||
		index->rd_rel->relam != BTREE_AM_OID || RelationGetIndexPredicate(index) != NIL)
		return 0;
	id->place = tenant && is_key(index, 0, tenant, types[1]) ? 1 : 0;
	if (!is_key(index, id->place, id, types[0]))
		return 0;
	if (tenant)
		tenant->place = id->place == 1 ? 0 : is_key(index, 1, tenant, types[1]) ? 1 : -1;
	return tenant && tenant->place >= 0 ? 2 : 1;
}

/* The index that has the most of the keys in front; false: none has. */
static bool
find_index(Relation relation, ScimDirectWay *way)
{
	const TypeCacheEntry *types[2] = {NULL, NULL};
	ScimDirectWay best = *way;
	int			most = 0;
	ListCell   *cell;

	for (int i = 0; i < way->key_count; i++)
	{
		types[i] = lookup_type_cache(way->keys[i].type->type,
									 TYPECACHE_BTREE_OPFAMILY | TYPECACHE_EQ_OPR);
		way->keys[i].equal = get_opcode(types[i]->eq_opr);
	}
	foreach(cell, RelationGetIndexList(relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		int			found = place_keys(index, way, types);

		way->index = RelationGetRelid(index);
		index_close(index, AccessShareLock);
		if (found <= most)
			continue;
		most = found;
		best = *way;
	}
	*way = best;
	return most > 0;
}

/* Equal texts are the same ones, as no registration has a nondeterministic collation there. */
static void
add_key(ScimDirectWay *way, Relation relation, AttrNumber number, const ScimIdType *type)
{
	way->keys[way->key_count++] = (ScimDirectKey)
	{
		.number = number,
			.type = type,
			.collation = TupleDescAttr(RelationGetDescr(relation), number - 1)->attcollation
	};
}

static const char *
find_obstacle(Relation relation, const ScimRegistration *registration, Facts *facts)
{
	AttrNumber	tenant = registration->numbers[registration->is_members ? (int) SCIM_MEMBER_TENANT
											   : (int) SCIM_COLUMN_TENANT];
	ScimDirectWay *way = &facts->way;

	if (relation->rd_rel->relkind != RELKIND_RELATION || relation->rd_rel->relhassubclass ||
		relation->rd_rel->relam != HEAP_TABLE_AM_OID)
		return "it is no plain table";
	if (scim_has_virtual_columns(RelationGetDescr(relation)))
		return "it has virtual columns";
	if (!registration->is_members && registration->columns[SCIM_COLUMN_DELETED])
		return "it marks rows as deleted";
	if (registration->is_members)
		add_key(way, relation, registration->numbers[SCIM_MEMBER_USER], registration->member_type);
	else
		add_key(way, relation, registration->numbers[SCIM_COLUMN_ID], registration->id_type);
	if (tenant != InvalidAttrNumber)
		add_key(way, relation, tenant, registration->tenant_type);
	if (!find_index(relation, way))
		return "it has no index for that";
	if (relation->rd_rel->relrowsecurity && tenant != InvalidAttrNumber)
		facts->policy = scim_find_own_policy(relation, tenant);
	return NULL;
}

/* The table is locked, so what is found holds until it is unlocked, whatever is invalidated. */
static Facts
find_facts(Relation relation, const ScimRegistration *registration)
{
	static Facts known[2];
	Facts	   *kept = &known[registration->is_members ? 1 : 0];
	Facts		facts = {0};

	if (likely(kept->generation == scim_registration_generation() &&
			   kept->relid == registration->relid))
		return *kept;
	facts.generation = scim_registration_generation();
	facts.relid = registration->relid;
	facts.obstacle = find_obstacle(relation, registration, &facts);
	*kept = facts;
	return facts;
}

/* ---- who asks ---- */

/* What a table is like for a role. */
typedef struct Rights
{
	uint64		generation;		/* of the registrations, which move with privileges on tables */
	uint64		roles;			/* and of the roles */
	Oid			relid;
	Oid			role;
	const char *obstacle;		/* NULL: there is none; else why it takes a statement */
	bool		has_policies;	/* they apply to it */
} Rights;

/* Would somebody see, or change, a statement in place of which there is none? */
static bool
has_hooks(void)
{
	return ExecutorStart_hook || ExecutorRun_hook || ExecutorFinish_hook || ExecutorEnd_hook ||
		ExecutorCheckPerms_hook || planner_hook || post_parse_analyze_hook ||
		get_relation_info_hook || set_rel_pathlist_hook || object_access_hook ||
		row_security_policy_hook_permissive || row_security_policy_hook_restrictive;
}

static bool
may_read_column(const Rights *rights, AttrNumber number)
{
	return pg_attribute_aclcheck(rights->relid, number, rights->role, ACL_SELECT) == ACLCHECK_OK;
}

/* The keys, the group of a membership, the name of a resource. */
static bool
may_read_columns(const Rights *rights, const ScimRegistration *registration, const Facts *facts)
{
	ScimNamePlace places[SCIM_MOST_NAMES];
	int			count;

	for (int i = 0; i < facts->way.key_count; i++)
	{
		if (!may_read_column(rights, facts->way.keys[i].number))
			return false;
	}
	if (registration->is_members)
		return may_read_column(rights, registration->numbers[SCIM_MEMBER_GROUP]);
	count = scim_name_places(registration, places);
	for (int i = 0; i < count; i++)
	{
		if (!may_read_column(rights, places[i].number))
			return false;
	}
	return true;
}

static void
find_rights(Relation relation, const ScimRegistration *registration, const Facts *facts,
			Rights *rights)
{
	rights->has_policies = relation->rd_rel->relrowsecurity &&
		check_enable_rls(rights->relid, InvalidOid, true) == RLS_ENABLED;
	if (pg_class_aclcheck(rights->relid, rights->role, ACL_SELECT) != ACLCHECK_OK &&
		!may_read_columns(rights, registration, facts))
		rights->obstacle = "the role may not read its columns";
	else if (!scim_may_use_schema(RelationGetNamespace(relation), rights->role))
		rights->obstacle = "the role may not use its schema";
	else if (rights->has_policies && !OidIsValid(facts->policy))
		rights->obstacle = "it has policies of its own";
}

static Rights
rights_of(Relation relation, const ScimRegistration *registration, const Facts *facts)
{
	static Rights known[2];
	Rights	   *kept = &known[registration->is_members ? 1 : 0];
	Rights		rights = {
		.generation = facts->generation,
		.roles = scim_roles_generation(),
		.relid = facts->relid,
		.role = GetUserId()
	};

	if (likely(kept->generation == rights.generation && kept->roles == rights.roles &&
			   kept->relid == rights.relid && kept->role == rights.role))
		return *kept;
	find_rights(relation, registration, facts, &rights);
	*kept = rights;
	return rights;
}

const char *
scim_find_direct_way(Relation relation, const ScimRegistration *registration, ScimDirectWay *way)
{
	Facts		facts;
	Rights		rights;

	if (has_hooks())
		return "an extension has hooks in statements";
	facts = find_facts(relation, registration);
	if (facts.obstacle)
		return facts.obstacle;
	rights = rights_of(relation, registration, &facts);
	if (rights.obstacle)
		return rights.obstacle;
	if (rights.has_policies && !row_security)
		return "row_security is off";
	if (rights.has_policies && !scim_may_execute(facts.policy, rights.role))
		return "its policy cannot be asked";
	*way = facts.way;
	way->has_policies = rights.has_policies;
	return NULL;
}
