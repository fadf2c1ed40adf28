/*
 * bulk_repeat.h
 *		Bulks that a client may repeat, as it has named them by a key (operation/once.h).
 */
#ifndef SCIM_REST_BULK_REPEAT_H
#define SCIM_REST_BULK_REPEAT_H

#include "rest/bulk_work.h"

/* What is remembered of it, now that it is over; NULL: nothing of it was done. */
extern JsonbValue *scim_remember_bulk(const ScimBulkWork *work);

/* What became of its operations when it was done before: of that, and of its request alone. */
extern void scim_recall_bulk(ScimBulkWork *work, Jsonb *made);

#endif							/* SCIM_REST_BULK_REPEAT_H */
