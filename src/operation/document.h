/*
 * document.h
 *		What was decided before: the history of policies and of proposals
 *		(history/document.h), by the functions that read that of resources.
 *
 * The id of a policy is its resource type; a policy of all tenants is one of the tenant "*".
 * Errors: those of history/document_rights.h, and of what they are of resources
 * (history.h, history_version.h, restore.h); RESOURCE_NOT_FOUND, PROPOSAL_NOT_FOUND of what
 * has no history.
 */
#ifndef SCIM_OPERATION_DOCUMENT_H
#define SCIM_OPERATION_DOCUMENT_H

#include "operation/write_options.h"

/* The same page as of a resource. */
extern Jsonb *scim_store_document_history(const char *kind, const char *tenant, const char *id,
										  int count, const char *cursor, bool fresh);

/* The policy as it was, with its _version. */
extern Jsonb *scim_store_policy_then(const char *tenant, const char *type, const char *version,
									 bool fresh);

/* {"from", "to", "changes": [{"path", "from", "to"}]}: key by key; "to" NULL: as it is now. */
extern Jsonb *scim_store_policies_diff(const char *tenant, const char *type, const char *from,
									   const char *to, bool fresh);

/* Sets it to what it was: for whoever may execute scim_set_policy (PERMISSION_DENIED). */
extern Jsonb *scim_store_restore_policy(const ScimWriteOptions *options, const char *version);

#endif							/* SCIM_OPERATION_DOCUMENT_H */
