/*
 * role.c
 *		Acting as another role.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "statement/role.h"
#include "utils/guc.h"
#include "utils/syscache.h"

void
scim_act_as(Oid owner, ScimRole *old)
{
	GetUserIdAndSecContext(&old->role, &old->context);
	old->nesting = 0;
	SetUserIdAndSecContext(owner,
						   old->context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

void
scim_act_as_owner_of(Oid relid, ScimRole *old)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "relation with OID %u does not exist", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	scim_act_as(owner, old);
	old->nesting = NewGUCNestLevel();
	(void) set_config_option("plan_cache_mode", "force_generic_plan", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

void
scim_act_as_before(const ScimRole *old)
{
	if (old->nesting > 0)
		AtEOXact_GUC(true, old->nesting);
	SetUserIdAndSecContext(old->role, old->context);
}
