/*
 * unknown.h
 *		Names in the input of clients that no schema knows, for the server's log: where a
 *		profile ignores them, somebody should hear of it.
 */
#ifndef SCIM_CORE_UNKNOWN_H
#define SCIM_CORE_UNKNOWN_H

#include "core/place.h"

/* Remembers the name, which stands at "place" (NULL: at the top); never what it is the name of. */
extern void scim_note_unknown(const ScimPlace *place, const JsonbValue *key);

/*
 * Writes what was noted to the server's log: one line a minute and session at most; what
 * comes in between waits for the next.  To be called when something was read as a whole.
 */
extern void scim_log_unknown(void);

#endif							/* SCIM_CORE_UNKNOWN_H */
