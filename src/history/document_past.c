/*
 * document_past.c
 *		A document that is no resource, as it was.
 */
#include "postgres.h"

#include "history/document.h"
#include "history/document_past.h"
#include "miscadmin.h"

void
scim_open_document_past(ScimDocumentPast *past, const char *kind, const char *tenant,
						const char *id, Jsonb *now)
{
	past->document = now;
	past->version = now ? scim_document_version(now) : NULL;
	scim_open_chain(&past->chain, tenant, kind, id, past->version, 0);
}

void
scim_close_document_past(ScimDocumentPast *past)
{
	scim_close_chain(&past->chain);
}

/* The entry that led to what is at hand; NULL: none that does is kept. */
static const ScimHistoryEntry *
find_entry(ScimDocumentPast *past)
{
	const ScimHistoryEntry *entry;

	while (past->chain.state.linked && (entry = scim_chain_back(&past->chain)) != NULL)
	{
		if (past->chain.follows)
			return past->chain.state.linked ? entry : NULL;
	}
	return NULL;
}

/* Is what is at hand what it is said to be?  The table's owner may have put anything into it. */
static bool
is_true(const ScimDocumentPast *past)
{
	if (past->version == NULL || past->document == NULL)
		return past->version == NULL && past->document == NULL;
	return strcmp(scim_document_version(past->document), past->version) == 0;
}

bool
scim_document_goes_back(ScimDocumentPast *past)
{
	const ScimHistoryEntry *entry = find_entry(past);
	Jsonb	   *before;

	if (entry == NULL)
		return false;
	before = scim_entry_before(entry);
	past->version = past->chain.state.version;
	past->document = before && !JB_ROOT_IS_OBJECT(before) ? NULL
		: scim_undo_document(past->document, before);
	return is_true(past);
}

bool
scim_document_goes_back_to(ScimDocumentPast *past, const char *version)
{
	while (past->version == NULL || strcmp(past->version, version) != 0)
	{
		CHECK_FOR_INTERRUPTS();
		if (!scim_document_goes_back(past))
			return false;
	}
	return true;
}
