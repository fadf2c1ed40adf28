/*
 * values.h
 *		The values that a column has, each once: such as the tenants of a table.
 */
#ifndef SCIM_HISTORY_VALUES_H
#define SCIM_HISTORY_VALUES_H

#include "postgres.h"

#include "utils/relcache.h"

/*
 * Has each value of the column taken that is not NULL, as the latest snapshot has
 * it, in rows of the relation itself; whatever row level security says.  By an index
 * that begins with the column: with one probe for each value.  Without one, or where
 * that takes different values for equal ones, all rows are read, once, and values
 * may be taken more than once.
 */
extern void scim_each_value(Relation relation, AttrNumber column,
							void (*take) (Datum value, void *argument), void *argument);

/* Is a text that one, byte by byte? */
extern bool scim_is_text(Datum value, const char *text);

/* Has it a row? */
extern bool scim_has_row(Relation relation);

/*
 * May it have one with that value in the column, and that text in the other one?  Of
 * the rows with the value the last ones are looked at, "most" of them, by an index that
 * begins with the column; where there are more of them, or there is no such index, it may.
 */
extern bool scim_may_have_row_with(Relation relation, AttrNumber column, Datum value,
								   AttrNumber other, const char *text, int most);

#endif							/* SCIM_HISTORY_VALUES_H */
