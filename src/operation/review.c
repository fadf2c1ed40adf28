/*
 * review.c
 *		Deciding on proposals.
 */
#include "postgres.h"

#include "operation/review.h"

Jsonb *
scim_store_review(const ScimReviewOptions *options)
{
	elog(ERROR, "not written yet");
}
