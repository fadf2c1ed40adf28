/*
 * direct_place.h
 *		Where in their tables rows were seen.
 *
 * A place is a guess, and the hash not even that of one row alone: whoever looks
 * there finds the row, another one, or nothing.  So nothing is ever forgotten but
 * for others' sake, and a session keeps 48 kB of them at most.
 */
#ifndef SCIM_STATEMENT_DIRECT_PLACE_H
#define SCIM_STATEMENT_DIRECT_PLACE_H

#include "postgres.h"

#include "storage/itemptr.h"

/* Where a row with the hash was seen last; false: nobody knows. */
extern bool scim_recall_place(uint32 hash, ItemPointer place);

extern void scim_note_place(uint32 hash, const ItemPointerData *place);

#endif							/* SCIM_STATEMENT_DIRECT_PLACE_H */
