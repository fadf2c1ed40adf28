/*
 * proposals.c
 *		Reading proposals.
 */
#include "postgres.h"

#include "operation/proposals.h"

Jsonb *
scim_store_list_proposals(const ScimProposalsQuery *query)
{
	elog(ERROR, "not written yet");
}

Jsonb *
scim_store_get_proposal(const pg_uuid_t *id, bool fresh)
{
	elog(ERROR, "not written yet");
}
