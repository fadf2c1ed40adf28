/*
 * policy.c
 *		What row level security leaves a caller of a table, found out without a
 *		statement.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "rewrite/rowsecurity.h"
#include "statement/granted.h"
#include "statement/may_use.h"
#include "statement/policy.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

static bool
is_for_everybody(const RowSecurityPolicy *policy)
{
	Datum	   *roles;
	int			count;

	deconstruct_array(policy->roles, OIDOID, sizeof(Oid), true, TYPALIGN_INT, &roles, NULL, &count);
	return count == 1 && DatumGetObjectId(roles[0]) == ACL_ID_PUBLIC;
}

/* Is the text that column?  One whose equal texts are the same, as grants are. */
static bool
is_column(const Var *text, AttrNumber number)
{
	return IsA(text, Var) && text->varattno == number && text->varlevelsup == 0 &&
		get_collation_isdeterministic(text->varcollid);
}

Oid
scim_find_own_policy(Relation relation, AttrNumber tenant)
{
	List	   *policies = relation->rd_rsdesc ? relation->rd_rsdesc->policies : NIL;
	const RowSecurityPolicy *policy;
	const FuncExpr *call;

	if (list_length(policies) != 1)
		return InvalidOid;
	policy = linitial(policies);
	call = (const FuncExpr *) policy->qual;
	if (!policy->permissive || policy->polcmd != '*' || !is_for_everybody(policy) ||
		call == NULL || !IsA(call, FuncExpr) || list_length(call->args) != 1 ||
		!scim_is_may_use(call->funcid) || !is_column(linitial(call->args), tenant))
		return InvalidOid;
	return call->funcid;
}

bool
scim_has_policy_hooks(void)
{
	return row_security_policy_hook_permissive || row_security_policy_hook_restrictive;
}

bool
scim_sees_tenant(const ScimRegistration *registration, const char *tenant)
{
	AttrNumber	number = registration->numbers[SCIM_COLUMN_TENANT];
	Relation	relation;
	Oid			policy;

	if (!row_security || ExecutorCheckPerms_hook || scim_has_policy_hooks() ||
		number == InvalidAttrNumber ||
		!scim_may_use_schema(get_rel_namespace(registration->relid), GetUserId()))
		return false;
	relation = try_relation_open(registration->relid, RowShareLock);
	if (relation == NULL)
		return false;
	policy = scim_find_own_policy(relation, number);
	relation_close(relation, NoLock);
	if (!OidIsValid(policy) || !scim_may_execute(policy, GetUserId()))
		return false;
	/* the lock may be an old one: what was taken back since is heard of, as in a statement */
	AcceptInvalidationMessages();
	return scim_is_granted(tenant, strlen(tenant));
}
