/*
 * bulk_answer.h
 *		A BulkResponse (RFC 7644 section 3.7.3).
 */
#ifndef SCIM_REST_BULK_ANSWER_H
#define SCIM_REST_BULK_ANSWER_H

#include "rest/bulk_work.h"

/* Of what was done; palloc'd. */
extern JsonbValue *scim_answer_bulk(const ScimBulkWork *work);

#endif							/* SCIM_REST_BULK_ANSWER_H */
