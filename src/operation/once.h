/*
 * once.h
 *		Calls that a client has named by a key, so that it can repeat them: each is done once.
 *
 * The key is one of the role that acts, in a tenant.  Its row is written first, in the call's
 * transaction: of two at once the second waits for the first, and does the work if that one
 * does not commit.  A call that fails leaves no key.
 */
#ifndef SCIM_OPERATION_ONCE_H
#define SCIM_OPERATION_ONCE_H

#include "postgres.h"

#include "base/function_arguments.h"
#include "utils/jsonb.h"

/* Characters that a key may have. */
#define SCIM_MOST_KEY 64

typedef struct ScimOnce
{
	const char *key;			/* NULL: the call has none, and the rest need not be there */
	const char *name;			/* of the function, or of the tool */
	const char *tenant;			/* as it is stored */
	JsonbValue *arguments;		/* as they were given, but for the key: an object */
} ScimOnce;

/*
 * The key that scimver.idempotency_key gives the call; NULL: none.  What triggers call, or a
 * call that is under way, has none, nor has others' code (SECURITY DEFINER) that did not set it
 * itself: it would not do what it is there for.
 */
extern const char *scim_session_key(void);

/* The call of an SQL function, with that key: but for the tenant. */
extern ScimOnce scim_once_of_function(ScimFunctionArguments *arguments, const char *name);

/*
 * Runs work(argument), which returns what the key is to remember of it, an object (NULL: nothing
 * was done, so that a repetition is to try again).  Returns NULL then; else what it was when that
 * was done before.  INVALID_ARGUMENT (path idempotency_key), if something else was called under
 * the key, or it is too long.
 */
extern Jsonb *scim_run_once(const ScimOnce *once, JsonbValue *(*work) (void *argument),
							void *argument);

#endif							/* SCIM_OPERATION_ONCE_H */
