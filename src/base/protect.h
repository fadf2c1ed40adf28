/*
 * protect.h
 *		Running something so that an error does not end the transaction.
 */
#ifndef SCIM_BASE_PROTECT_H
#define SCIM_BASE_PROTECT_H

#include "postgres.h"

/*
 * Runs work(argument) in a subtransaction.  NULL: it went well and what it
 * wrote stands.  Otherwise all that it did is rolled back and the error is
 * returned, in the caller's memory context; except for errors that are not
 * ours to swallow (see protect.c), which are thrown on.
 *
 * What "work" allocates in the current memory context stays.
 */
extern ErrorData *scim_protect(void (*work) (void *argument), void *argument);

/* The same, and what it did is rolled back also where it went well. */
extern ErrorData *scim_rehearse(void (*work) (void *argument), void *argument);

/* Runs it as the first does, but what it did is rolled back unless *stands when it is done. */
extern ErrorData *scim_attempt(void (*work) (void *argument), void *argument, const bool *stands);

#endif							/* SCIM_BASE_PROTECT_H */
