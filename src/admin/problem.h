/*
 * problem.h
 *		What is wrong with a registered table, as scim_check_table tells it.
 */
#ifndef SCIM_ADMIN_PROBLEM_H
#define SCIM_ADMIN_PROBLEM_H

#include "postgres.h"

/*
 * A problem as scim_check_table returns it; what does not apply is NULL.  Its
 * kinds: version, members, membership, content, id, mapping, index, limit,
 * trigger, event trigger, grant, policy.
 */
typedef struct ScimProblem
{
	const char *problem;		/* its kind */
	const char *tenant;
	const char *id;
	const char *stored;
	const char *computed;
	const char *detail;			/* a sentence */
	const char *mend;			/* DDL that mends it, or NULL */
} ScimProblem;

/* Of an id that no encoding helps. */
#define SCIM_STEP_PROBLEM \
	"a URI that ends with this id leads elsewhere: clients take \".\" and \"..\" for steps in a " \
	"path"

typedef void (*ScimReportProblem) (const ScimProblem *problem, void *argument);

#endif							/* SCIM_ADMIN_PROBLEM_H */
