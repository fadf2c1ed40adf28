/*
 * mapped_write.h
 *		The INSERT and the UPDATE of a table whose attributes are in columns of
 *		their own: both name only the columns that the resource needs.
 */
#ifndef SCIM_RESOURCE_MAPPED_WRITE_H
#define SCIM_RESOURCE_MAPPED_WRITE_H

#include "resource/row.h"
#include "resource/row_write.h"

/* As registry/storage.h says of each. */
extern void scim_mapped_take_apart(ScimRowWrite *write, const ScimRow *old, bool replaces);
extern bool scim_mapped_is_effective(const ScimRowWrite *write);
extern bool scim_mapped_insert(const ScimRowWrite *write);
extern bool scim_mapped_update(const ScimRowWrite *write);
extern uint64 scim_mapped_insert_many(const ScimRowWrite *writes, int count);
extern bool scim_mapped_is_there(const ScimRowWrite *write, const ScimRow *row, bool exact);
extern bool scim_mapped_changes_key(const ScimRowWrite *write);

#endif							/* SCIM_RESOURCE_MAPPED_WRITE_H */
