/*
 * document_past.h
 *		A document that is no resource (history/document.h) as it was: what it is now, with
 *		its changes taken back one by one.
 *
 * As with resources, a version of then is given out only if each change led to what the next
 * one began with, and what is rebuilt has the version.
 */
#ifndef SCIM_HISTORY_DOCUMENT_PAST_H
#define SCIM_HISTORY_DOCUMENT_PAST_H

#include "history/chain.h"

typedef struct ScimDocumentPast
{
	ScimChain	chain;
	const char *version;		/* of what is at hand; NULL: it was not there */
	Jsonb	   *document;
} ScimDocumentPast;

/* Begins with what it is now (NULL: it is not there), under the active snapshot. */
extern void scim_open_document_past(ScimDocumentPast *past, const char *kind, const char *tenant,
									const char *id, Jsonb *now);

/* What was before that is at hand; false: nobody can tell. */
extern bool scim_document_goes_back(ScimDocumentPast *past);

/* Goes back to where the version is at hand, unless it is; false: it is not to be found. */
extern bool scim_document_goes_back_to(ScimDocumentPast *past, const char *version);

extern void scim_close_document_past(ScimDocumentPast *past);

#endif							/* SCIM_HISTORY_DOCUMENT_PAST_H */
