/*
 * pace.h
 *		How often a resource is written, and refused to be: a forecast.
 */
#ifndef SCIM_HISTORY_PACE_H
#define SCIM_HISTORY_PACE_H

#include "postgres.h"

#include "registry/registration.h"

/* What is older is not counted: seconds. */
#define SCIM_PACE_WINDOW 600

/* What a write that is to be prepared had better be. */
typedef enum ScimAdvice
{
	SCIM_ADVISE_UPDATE,
	SCIM_ADVISE_PATCH,
	SCIM_ADVISE_MERGE,
	SCIM_ADVISE_LEASE
} ScimAdvice;

/* That it was made is no write: whoever prepares one has read it since. */
typedef struct ScimPace
{
	double		seconds;		/* that were looked back: the window; or until it was made, or as
								 * far as so many rows reach */
	int			writes;			/* of others than who acts, in that time */
	int			writers;		/* so many others */
	int			single;			/* of these writes, those that changed one attribute */
	int			attempts;		/* of anybody: writes, and refusals for a stale version */
	int			conflicts;		/* of these refusals, those where both had changed the same */
	double		rate;			/* writes of others per second, the latest weighing most */
	ScimAdvice	advice;
} ScimPace;

/*
 * As the history tells, which the caller may read (rights.h): what is committed now, and
 * the transaction's own, whatever snapshot the statement has, as it is about what comes.
 */
extern void scim_measure_pace(const ScimRegistration *table, const char *tenant, const char *id,
							  ScimPace *pace);

/*
 * The same at a glance, for reads that must not take much longer for it: fewer rows are
 * looked at, and if others have written it less than "least" times by these, nothing else;
 * returns whether they have.
 */
extern bool scim_glance_at_pace(const ScimRegistration *table, const char *tenant, const char *id,
								int least, ScimPace *pace);

/* How probable it is that others write it within so many seconds: 0 to 1. */
extern double scim_conflict_probability(const ScimPace *pace, double seconds);

/* update, patch, merge, lease; and why, a sentence. */
extern const char *scim_advice_word(ScimAdvice advice);
extern const char *scim_advice_reason(const ScimPace *pace);

#endif							/* SCIM_HISTORY_PACE_H */
