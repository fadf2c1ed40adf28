/*
 * attempts.h
 *		How often the caller has tried in vain: whose version was stale, and is again.
 */
#ifndef SCIM_HISTORY_ATTEMPTS_H
#define SCIM_HISTORY_ATTEMPTS_H

#include "history/refused.h"

/*
 * So many calls of this role, under the name that its client has now (scimver.agent),
 * were refused with VERSION_MISMATCH in the last minute, of the resource that the refusal
 * is of (its kind, VERSION_MISMATCH, says no more); no more than "most" are counted.  0
 * also where that is not on record, -1 where it cannot be read: it is never an error, but
 * one that ends the statement.
 */
extern int	scim_count_attempts(const ScimRefusal *refusal, int most);

#endif							/* SCIM_HISTORY_ATTEMPTS_H */
