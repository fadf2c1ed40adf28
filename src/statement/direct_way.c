/*
 * direct_way.c
 *		Whether a table's rows may be looked up without a statement, and by which
 *		index.
 *
 * What a table is like for a role and a purpose is found out once, and again when
 * its registration or a role may have changed; the session's settings are asked for
 * each time.
 */
#include "postgres.h"

#include "access/genam.h"
#include "base/compat.h"
#include "base/session_guard.h"
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
#include "statement/bare.h"
#include "statement/direct_way.h"
#include "statement/known.h"
#include "statement/may_use.h"
#include "statement/names.h"
#include "statement/policy.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/typcache.h"

typedef struct KnownWay
{
	ScimKnown	head;			/* the question is a ScimDirectPurpose */
	const char *obstacle;		/* NULL: there is none; else why it takes a statement */
	ScimDirectWay way;
	Oid			policy;			/* the function that its only policy asks, scim_may_use; or
								 * InvalidOid */
} KnownWay;

static ScimKnowledge ways = {"scimver ways to tables", sizeof(KnownWay)};

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
find_obstacle(Relation relation, const ScimRegistration *registration, KnownWay *known)
{
	AttrNumber	tenant = registration->numbers[registration->is_members ? (int) SCIM_MEMBER_TENANT
											   : (int) SCIM_COLUMN_TENANT];
	ScimDirectWay *way = &known->way;

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
		known->policy = scim_find_own_policy(relation, tenant);
	return NULL;
}

/* ---- who asks ---- */

/* Would somebody see, or change, a statement in place of which there is none? */
static bool
has_hooks(void)
{
	return scim_others_start_statements() || ExecutorRun_hook || ExecutorFinish_hook ||
		ExecutorEnd_hook || ExecutorCheckPerms_hook || planner_hook || post_parse_analyze_hook ||
		get_relation_info_hook || set_rel_pathlist_hook || object_access_hook ||
		scim_has_policy_hooks();
}

static bool
may_read_column(const ScimKnownKey *key, AttrNumber number)
{
	return pg_attribute_aclcheck(key->relid, number, key->role, ACL_SELECT) == ACLCHECK_OK;
}

static bool
may_read_rows(const ScimKnownKey *key, const ScimRegistration *registration)
{
	for (int i = 0; i < scim_bare_count(registration); i++)
	{
		AttrNumber	number = scim_bare_number(registration, i);

		if (number != InvalidAttrNumber && !may_read_column(key, number))
			return false;
	}
	return true;
}

static bool
may_read_names(const ScimKnownKey *key, const ScimRegistration *registration)
{
	ScimNamePlace places[SCIM_MOST_NAMES];
	int			count = scim_name_places(registration, places);

	for (int i = 0; i < count; i++)
	{
		if (!may_read_column(key, places[i].number))
			return false;
	}
	return true;
}

static bool
may_read_groups(const ScimKnownKey *key, const ScimRegistration *registration)
{
	return may_read_column(key, registration->numbers[SCIM_MEMBER_GROUP]);
}

/* Beside the keys. */
static bool
may_read_columns(const KnownWay *known, const ScimRegistration *registration)
{
	static bool (*const may_read[]) (const ScimKnownKey *, const ScimRegistration *) = {
		[SCIM_DIRECT_ROWS] = may_read_rows,
		[SCIM_DIRECT_NAMES] = may_read_names,
		[SCIM_DIRECT_GROUPS_OF] = may_read_groups
	};

	for (int i = 0; i < known->way.key_count; i++)
	{
		if (!may_read_column(&known->head.key, known->way.keys[i].number))
			return false;
	}
	return may_read[known->head.key.question] (&known->head.key, registration);
}

static const char *
find_lack(Relation relation, const ScimRegistration *registration, KnownWay *known)
{
	const ScimKnownKey *key = &known->head.key;

	known->way.has_policies = relation->rd_rel->relrowsecurity &&
		check_enable_rls(key->relid, InvalidOid, true) == RLS_ENABLED;
	if (pg_class_aclcheck(key->relid, key->role, ACL_SELECT) != ACLCHECK_OK &&
		!may_read_columns(known, registration))
		return "the role may not read its columns";
	if (!scim_may_use_schema(RelationGetNamespace(relation), key->role))
		return "the role may not use its schema";
	if (known->way.has_policies && !OidIsValid(known->policy))
		return "it has policies of its own";
	return NULL;
}

/* ---- what is known ---- */

/* The table is locked, so what is found holds until it is unlocked, whatever is invalidated. */
static KnownWay
find_way(Relation relation, const ScimRegistration *registration, ScimDirectPurpose purpose)
{
	KnownWay	known = {0};
	const KnownWay *kept = scim_recall(&ways, registration, purpose, &known.head);

	if (likely(kept))
		return *kept;
	known.obstacle = find_obstacle(relation, registration, &known);
	if (known.obstacle == NULL)
		known.obstacle = find_lack(relation, registration, &known);
	if (scim_is_current(registration))
		scim_keep_known(&ways, &known.head);
	return known;
}

const char *
scim_find_direct_way(Relation relation, const ScimRegistration *registration,
					 ScimDirectPurpose purpose, ScimDirectWay *way)
{
	KnownWay	known;

	if (has_hooks())
		return "an extension has hooks in statements";
	if (RecoveryInProgress() && !RelationIsPermanent(relation))
		return "it is empty on a standby";
	known = find_way(relation, registration, purpose);
	if (known.obstacle)
		return known.obstacle;
	if (known.way.has_policies && !row_security)
		return "row_security is off";
	/* it may have been replaced, or got settings or an owner to run as */
	if (known.way.has_policies && !scim_is_may_use(known.policy))
		return "its policy asks something else";
	if (known.way.has_policies && !scim_may_execute(known.policy, known.head.key.role))
		return "its policy cannot be asked";
	*way = known.way;
	return NULL;
}
