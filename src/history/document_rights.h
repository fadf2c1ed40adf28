/*
 * document_rights.h
 *		Who may read the entries of documents that are no resources (history/document.h):
 *		whoever works in the tenant (statement/works_in.h), of a policy with that type.
 *
 * Policies of all tenants ("*") are for everybody.
 */
#ifndef SCIM_HISTORY_DOCUMENT_RIGHTS_H
#define SCIM_HISTORY_DOCUMENT_RIGHTS_H

#include "postgres.h"

#define SCIM_ALL_TENANTS "*"

/*
 * Does the name of a type, in whatever case, mean such documents, or policies alone?  A
 * resource type of the name, which an older version may have registered, goes before.
 */
extern bool scim_means_documents(const char *type);
extern bool scim_means_policies(const char *type);

/* Of a name that does: as entries have it. */
extern const char *scim_kind_of(const char *type);

/* May the current role read entries of the document?  Its tenant is as entries have it. */
extern bool scim_sees_document(const char *kind, const char *tenant, const char *id);

/*
 * The tenant (NULL: the session's) as entries of such a document have it.  "id" NULL: of any.
 * If the caller may not read them: TENANT_FORBIDDEN, PERMISSION_DENIED; NOT_REGISTERED.
 */
extern char *scim_check_documents(const char *kind, const char *tenant, const char *id);

#endif							/* SCIM_HISTORY_DOCUMENT_RIGHTS_H */
