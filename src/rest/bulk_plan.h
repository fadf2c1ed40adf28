/*
 * bulk_plan.h
 *		What the operations of a bulk are done to, and in which order.
 */
#ifndef SCIM_REST_BULK_PLAN_H
#define SCIM_REST_BULK_PLAN_H

#include "rest/bulk_work.h"

/*
 * Finds out what each operation is done to, draws the ids of what is to be made, and says in
 * which order all is done.
 */
extern void scim_plan_bulk(ScimBulkWork *work);

/* The data of an operation, with ids in place of references, as far as they are known. */
extern Jsonb *scim_resolved_data(const ScimBulkWork *work, const ScimBulkTask *task);

#endif							/* SCIM_REST_BULK_PLAN_H */
