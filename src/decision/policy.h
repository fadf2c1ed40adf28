/*
 * policy.h
 *		A policy: what may not be written alone, or not at all, as its document says.
 *
 * It is read of the document once, and then asked by every write.  Roles stand in it by
 * name, and are looked for when it is asked: who has one may change meanwhile.
 */
#ifndef SCIM_DECISION_POLICY_H
#define SCIM_DECISION_POLICY_H

#include "postgres.h"

#include "core/merge_rules.h"
#include "core/schema.h"
#include "nodes/pg_list.h"
#include "resource/frame.h"
#include "utils/jsonb.h"

/* Attributes that a policy names: all ("*"), or these. */
typedef struct ScimPolicyAttributes
{
	bool		all;
	List	   *paths;			/* of ScimPolicyPath */
} ScimPolicyAttributes;

/*
 * One of them: an attribute, one of an extension, a whole extension, or a part of an
 * attribute that is complex and has one value.  As the schema spells it.
 */
typedef struct ScimPolicyPath
{
	const char *path;			/* "active", "name.familyName", "urn:...:User:manager" */
	const char *extension;		/* its URN; NULL: it is of the core schema */
	const char *attribute;		/* NULL: the whole extension */
	const char *part;			/* NULL: the whole attribute */
} ScimPolicyPath;

/* What a role may change, and nothing else. */
typedef struct ScimPolicyMay
{
	const char *role;
	int			operations;		/* bits of ScimOperation */
	ScimPolicyAttributes attributes;
} ScimPolicyMay;

typedef struct ScimPolicy
{
	const char *tenant;			/* whose it is; "*": all tenants' that have none */
	const char *type;
	Jsonb	   *document;		/* as it was set */
	const char *version;
	bool		require_version;
	const char *on_conflict;	/* of updates and patches that do not say; NULL: nothing */
	Jsonb	   *merge_rules;	/* the same; NULL: none */
	const char *profile;		/* of tools' calls; NULL: that which is in force anyhow */
	int			denied;			/* bits of ScimOperation */
	ScimPolicyAttributes reviewed;
	int			reviewed_operations;	/* bits */
	List	   *reviewers;		/* roles, of char *; NIL: nobody is named, and nothing reviewed */
	int			quorum;
	int			expires_seconds;
	List	   *shared_logins;	/* session_users who are many persons, of char * */
	int			lease_seconds;	/* that a lease may last at most; 0: not said */
	List	   *may;			/* ScimPolicyMay */
	List	   *exempt;			/* roles, of char * */
} ScimPolicy;

/* What is said where a policy does not. */
#define SCIM_DEFAULT_QUORUM 1
#define SCIM_DEFAULT_REVIEW_SECONDS (7 * 24 * 3600)

/* "patch", and back; false: it is none. */
extern const char *scim_policy_operation_name(ScimOperation operation);
extern bool scim_policy_operation_named(const char *name, ScimOperation *operation);

/*
 * Has the role one of those of that name, itself or by inheritance?  A superuser only if he
 * really has it.  A role that is not there (any more) nobody has.
 */
extern bool scim_has_role(Oid role, const char *name);
extern bool scim_has_any_role(Oid role, const List *names);

#endif							/* SCIM_DECISION_POLICY_H */
