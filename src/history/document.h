/*
 * document.h
 *		Documents in the history that are no resources: of no registered table, and of a
 *		type that no resource may have.
 *
 * Of a policy (its id: the resource type) the entries have all that it was.  Of a proposal
 * (its id) they have who decided what and when, but nothing of what it is about: entries are
 * for whoever works in the tenant.
 */
#ifndef SCIM_HISTORY_DOCUMENT_H
#define SCIM_HISTORY_DOCUMENT_H

#include "postgres.h"

#include "utils/jsonb.h"

#define SCIM_POLICY_KIND "Policy"
#define SCIM_PROPOSAL_KIND "Proposal"

/* Is that the name of one of these, in whatever case? */
extern bool scim_is_document_kind(const char *name);

/*
 * Writes an entry: what the document was (NULL: it was not there) and what it has become
 * (NULL: it is gone), objects both.  What is the same version leaves none.
 */
extern void scim_record_document(const char *kind, const char *tenant, const char *id,
								 Jsonb *before, Jsonb *after);

/* The version of a document: a hash of its canonical form (scim_canonical).  Palloc'd. */
extern char *scim_document_version(Jsonb *document);

/*
 * The document before a change, of the one after it (NULL: it is gone) and "before", as the
 * entry kept it (NULL: nothing was there).
 */
extern Jsonb *scim_undo_document(Jsonb *document, Jsonb *before);

#endif							/* SCIM_HISTORY_DOCUMENT_H */
