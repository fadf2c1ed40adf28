/*
 * own_table.h
 *		The extension's own tables: where they are, and whether they, and their indexes, are
 *		as they were made.
 *
 * Their owner may have changed them, or put something on them.
 */
#ifndef SCIM_STATEMENT_OWN_TABLE_H
#define SCIM_STATEMENT_OWN_TABLE_H

#include "access/skey.h"
#include "base/compat.h"
#include "utils/relcache.h"

/*
 * A relation of the extension's, of that name, a constant; InvalidOid: the extension is older
 * than the history (1.0).  An error if it is gone.  It is kept until the relation changes.
 */
extern Oid	scim_find_own_relation(const char *name);

/* An error unless it is a table, of no parts, that begins with columns of these types. */
extern void scim_check_columns(Relation table, const Oid *types, int count);
extern SCIM_NORETURN void scim_throw_other_columns(Relation table);

/* An error: its owner has put something on the table that takes writes away. */
extern SCIM_NORETURN void scim_throw_not_kept(const char *table);

/* Is it a complete B-tree on these columns alone, in their order?  Its rows are not asked for. */
extern bool scim_is_index_on(Relation index, const AttrNumber *columns, int count);

/* One of the table's that is so and has all rows; InvalidOid: there is none, so all are read. */
extern Oid	scim_find_index_on(Relation table, const AttrNumber *columns, int count);

/* Are values that are equal to the index's column of that place (from 0) the same? */
extern bool scim_tells_apart(Relation index, int place);

/* The key by which rows are looked for that have the text in that column (from 0). */
extern void scim_init_text_key(ScanKeyData *key, Relation table, int column, const char *value);

#endif							/* SCIM_STATEMENT_OWN_TABLE_H */
