/*
 * prune_keys.h
 *		Deleting keys of calls that are old, with the history.
 */
#ifndef SCIM_AUDIT_PRUNE_KEYS_H
#define SCIM_AUDIT_PRUNE_KEYS_H

#include "postgres.h"

#include "datatype/timestamp.h"

/*
 * Deletes keys (scim_idempotency) that are older, "most" at most, the oldest first; how many.
 * Within SPI.
 */
extern int	scim_prune_keys(TimestampTz young, int most);

#endif							/* SCIM_AUDIT_PRUNE_KEYS_H */
