/*
 * pace.c
 *		How often a resource is written, and refused to be.
 */
#include "postgres.h"

#include "history/pace.h"

void
scim_measure_pace(const char *tenant, const ScimResourceType *type, const char *id,
				  TimestampTz created, ScimPace *pace)
{
	memset(pace, 0, sizeof(ScimPace));
}

double
scim_conflict_probability(const ScimPace *pace, double seconds)
{
	return 0;
}

const char *
scim_advice_word(ScimAdvice advice)
{
	return "update";
}

const char *
scim_advice_reason(const ScimPace *pace)
{
	return "";
}
