/*
 * entry_shown.h
 *		An entry of the history, as readers are shown it.
 */
#ifndef SCIM_OPERATION_ENTRY_SHOWN_H
#define SCIM_OPERATION_ENTRY_SHOWN_H

#include "history/entries.h"

/* As an object, without what it has none of; of a resource that the reader has named. */
extern JsonbValue *scim_show_entry(const ScimHistoryEntry *entry);

/*
 * The same with "seq", "resource_type" and "resource_id" (absent: the entry is about all
 * resources of the type).
 */
extern JsonbValue *scim_show_change(const ScimHistoryEntry *entry);

/* Of that only "resource_type", "resource_id" and "version". */
extern JsonbValue *scim_show_what_changed(const ScimHistoryEntry *entry);

#endif							/* SCIM_OPERATION_ENTRY_SHOWN_H */
