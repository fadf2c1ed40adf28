/*
 * refused.h
 *		Refusals on record: calls that were to change or read a resource, and might not.
 *
 * A refusal is a row of the history that changed nothing: who asked, by what tool,
 * for what resource, and why not.  Of what was to be written it keeps the names of
 * attributes at most.  It is read in the view scim_history; what a resource was does not
 * depend on it.
 */
#ifndef SCIM_HISTORY_REFUSED_H
#define SCIM_HISTORY_REFUSED_H

#include "postgres.h"

#include "base/errors.h"
#include "core/schema.h"
#include "nodes/pg_list.h"

typedef struct ScimRefusal
{
	const ScimErrorKind *kind;	/* the error that is answered */
	const ScimResourceType *type;	/* NULL: of none; as named, all that follows: */
	const char *tenant;			/* NULL: none */
	const char *id;				/* NULL: none */
	const char *expected;		/* version; NULL: none */
	List	   *conflicting;	/* VERSION_MISMATCH: attributes that both had changed, of char *,
								 * as the history names them; NIL: none, or nobody knows */
	bool		recorded;		/* it stands in the history now */
} ScimRefusal;

/* The resource that it is recorded of. */
typedef struct ScimRefused
{
	const ScimResourceType *type;
	const char *tenant;
	const char *id;				/* NULL: none, or what cannot be one */
} ScimRefused;

/* Finds that out; false: the table, if there is one, keeps no history. */
extern bool scim_find_refused(const ScimRefusal *refusal, ScimRefused *refused);

/*
 * Records it, in a subtransaction of its own, if it is one that is recorded, of a type
 * whose table keeps a history, and the transaction may write.  The error that kept it
 * from being written, or NULL.
 */
extern ErrorData *scim_record_refusal(ScimRefusal *refusal);

#endif							/* SCIM_HISTORY_REFUSED_H */
