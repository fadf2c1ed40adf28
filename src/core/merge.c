/*
 * merge.c
 *		Two changes of one content, put together, and scim_merge of contents.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/merge.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_merge);

void
scim_merge_contents(const ScimResourceType *type, Jsonb *base, Jsonb *mine, Jsonb *theirs,
					const ScimMergeRules *rules, ScimMerge *merge)
{
	memset(merge, 0, sizeof(ScimMerge));
	merge->merged = theirs;
}

/*
 * scim_merge(base jsonb, mine jsonb, theirs jsonb, rules jsonb DEFAULT '{}') -> jsonb:
 * {"merged", "mine", "theirs", "conflicts"}.  INVALID_VALUE, INVALID_PATH.
 */
Datum
scim_merge(PG_FUNCTION_ARGS)
{
	ScimMerge	merge;
	JsonbValue *shown = scim_new_object();

	scim_merge_contents(NULL, PG_GETARG_JSONB_P(0), PG_GETARG_JSONB_P(1), PG_GETARG_JSONB_P(2),
						scim_read_merge_rules(NULL, PG_GETARG_JSONB_P(3)), &merge);
	PG_RETURN_JSONB_P(scim_write(shown));
}
