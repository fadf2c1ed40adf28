/*
 * merge_rules.h
 *		What a merge does where both sides changed the same: {"<path>": rule}.
 */
#ifndef SCIM_CORE_MERGE_RULES_H
#define SCIM_CORE_MERGE_RULES_H

#include "core/schema.h"
#include "utils/jsonb.h"

typedef enum ScimMergeRule
{
	SCIM_MERGE_FAIL,			/* a conflict */
	SCIM_MERGE_MINE,
	SCIM_MERGE_THEIRS,
	SCIM_MERGE_COUNTER,			/* base, and both differences */
	SCIM_MERGE_MAX,
	SCIM_MERGE_MIN,
	SCIM_MERGE_FUNCTION			/* {"function": "schema.name"}: the application's decides */
} ScimMergeRule;

/*
 * How functions are called that decide, which takes more than this room knows.  "path" is
 * that of the rule.
 */
typedef struct ScimMergeFunctions
{
	/* Can it decide?  An error, if not. */
	void		(*check) (const ScimResourceType *type, const char *name, const char *path);

	/*
	 * Of the value that both sides changed (core/sides.h; NULL: unassigned) it makes one: *result
	 * (NULL: none).  False: it does not decide.
	 */
	bool		(*call) (const ScimResourceType *type, const char *name, const char *path,
						 const JsonbValue *const *of, const JsonbValue **result);
} ScimMergeFunctions;

typedef struct ScimMergeRules ScimMergeRules;

/*
 * Reads rules ("given" NULL: none).  The longest path that fits counts: an attribute
 * fits all that is in it, emails.value the value of each email, a path with brackets,
 * as a conflict has it, that one; "*" fits all.  With a type, each path but "*" must
 * be one of its schemas'; without, it must be names, behind a URN or not.  Names have
 * no case.  Errors: INVALID_VALUE (no object; an unknown rule), INVALID_PATH, with path
 * "merge_rules" (without a type "rules"), or the rule's own.
 */
extern const ScimMergeRules *scim_read_merge_rules(const ScimResourceType *type, Jsonb *given);

/*
 * The same of a type, with functions: each is the one rule for all of the value that its path
 * leads to, whatever rules are for parts of that; by "*", for what conflicts.  Of what is
 * never returned none decides.  A path that is none is INVALID_VALUE.  "stored": they were
 * read so before; what does not fit any more, as the schema or a function is another, is left
 * out, or found when it is to decide.
 */
extern const ScimMergeRules *scim_read_stored_rules(const ScimResourceType *type, Jsonb *given,
													const ScimMergeFunctions *functions,
													bool stored);

/* Is there a function for the value at the path as a whole? */
extern bool scim_is_for_function(const ScimMergeRules *rules, const char *at);

/* Has the function of the rule that counts at the path decided?  As ScimMergeFunctions.call. */
extern bool scim_call_merge_function(const ScimMergeRules *rules, const char *at,
									 const JsonbValue *const *of, const JsonbValue **result);

/* The rule that counts at a path as conflicts have it; *path (may be NULL): its own, as given. */
extern ScimMergeRule scim_merge_rule_at(const ScimMergeRules *rules, const char *at,
										const char **path);

/* The same rules, but where they leave a conflict, mine wins. */
extern const ScimMergeRules *scim_mine_at_conflicts(const ScimMergeRules *rules);
extern bool scim_is_mine_at_conflicts(const ScimMergeRules *rules);

/* Who decides where rules do not: is mine to stand in the attribute, as conflicts name it? */
typedef struct ScimMergeJudge
{
	bool		(*takes_mine) (const void *argument, const char *attribute);
	const void *argument;
} ScimMergeJudge;

/* The same rules, but where they leave a conflict, also of what is never returned, he decides. */
extern const ScimMergeRules *scim_judged_at_conflicts(const ScimMergeRules *rules,
													  const ScimMergeJudge *judge);
extern const ScimMergeJudge *scim_judge_of_conflicts(const ScimMergeRules *rules);

/*
 * A conflict's path without what stands in brackets, which is a value: for the server's
 * log.  Palloc'd.
 */
extern char *scim_bare_path(const char *path);

/* "counter" */
extern const char *scim_merge_rule_name(ScimMergeRule rule);

/* Are there any? */
extern bool scim_has_merge_rules(const ScimMergeRules *rules);

/* Is any of them a counter?  Then what both sides made the same is no agreement. */
extern bool scim_merge_rules_have_counter(const ScimMergeRules *rules);

#endif							/* SCIM_CORE_MERGE_RULES_H */
