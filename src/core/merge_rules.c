/*
 * merge_rules.c
 *		What a merge does where both sides changed the same.
 */
#include "postgres.h"

#include "core/merge_rules.h"

struct ScimMergeRules
{
	bool		counts;
};

const ScimMergeRules *
scim_read_merge_rules(const ScimResourceType *type, Jsonb *given)
{
	return palloc0(sizeof(ScimMergeRules));
}

ScimMergeRule
scim_merge_rule_at(const ScimMergeRules *rules, const char *at, const char **path)
{
	return SCIM_MERGE_FAIL;
}

bool
scim_merge_rules_count(const ScimMergeRules *rules)
{
	return rules->counts;
}
