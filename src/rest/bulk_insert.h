/*
 * bulk_insert.h
 *		POSTs of one type in a row are inserted by one statement.
 */
#ifndef SCIM_REST_BULK_INSERT_H
#define SCIM_REST_BULK_INSERT_H

#include "rest/bulk_work.h"

/*
 * How many units, from that one on, are POSTs of one type that one statement can insert, of so
 * many at most; 0: none for which that would be worth it.
 */
extern int	scim_count_insertable(const ScimBulkWork *work, int first, int most);

/* Has it done; false: it failed, and they are to be done one by one. */
extern bool scim_insert_units(ScimBulkWork *work, int first, int count);

#endif							/* SCIM_REST_BULK_INSERT_H */
