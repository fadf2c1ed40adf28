/*
 * sequence.h
 *		The sequence that numbers the entries of the history.
 */
#ifndef SCIM_HISTORY_SEQUENCE_H
#define SCIM_HISTORY_SEQUENCE_H

#include "postgres.h"

/*
 * The last number that was given out; 0: none.  An error if smaller ones may be
 * given out after it.
 */
extern int64 scim_last_seq(void);

#endif							/* SCIM_HISTORY_SEQUENCE_H */
