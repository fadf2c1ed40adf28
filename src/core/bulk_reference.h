/*
 * bulk_reference.h
 *		References within a bulk: "bulkId:x" in place of the id that x gets (RFC 7644 section
 *		3.7.2).
 *
 * A string that is nothing else is one, wherever it stands as a value; what only begins so, or
 * has it in the midst of a text, is none.
 */
#ifndef SCIM_CORE_BULK_REFERENCE_H
#define SCIM_CORE_BULK_REFERENCE_H

#include "postgres.h"

#include "utils/jsonb.h"

/* So long may a bulkId be. */
#define SCIM_LONGEST_BULK_ID 64

/* Can it be a bulkId: 1 to 64 characters of A-Z a-z 0-9 . _ ~ -? */
extern bool scim_is_bulk_id(const char *text, int length);

/* Is it "bulkId:x"?  Then *bulk_id points to x within the text, *id_length long. */
extern bool scim_is_bulk_reference(const char *text, int length, const char **bulk_id,
								   int *id_length);

/*
 * Visits each reference in the data, in the order in which it is stored; "member": it stands
 * under the top-level key "members" (in any case).
 */
typedef void (*ScimVisitBulkId) (const char *bulk_id, int length, bool member, void *argument);

extern void scim_visit_bulk_ids(Jsonb *data, ScimVisitBulkId visit, void *argument);

/*
 * The data with each reference replaced by what "find" says (NULL: it stays); the same Jsonb,
 * if nothing was.  Palloc'd.
 */
typedef const char *(*ScimFindBulkId) (const char *bulk_id, int length, void *argument);

extern Jsonb *scim_resolve_bulk_ids(Jsonb *data, ScimFindBulkId find, void *argument);

#endif							/* SCIM_CORE_BULK_REFERENCE_H */
