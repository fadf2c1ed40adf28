/*
 * document_write.h
 *		The INSERT and the UPDATE of a created table: the content is one document.
 */
#ifndef SCIM_RESOURCE_DOCUMENT_WRITE_H
#define SCIM_RESOURCE_DOCUMENT_WRITE_H

#include "resource/row.h"
#include "resource/row_write.h"

/* As registry/storage.h says of each. */
extern void scim_document_take_apart(ScimRowWrite *write, const ScimRow *old, bool replaces);
extern bool scim_document_is_effective(const ScimRowWrite *write);
extern bool scim_document_insert(const ScimRowWrite *write);
extern bool scim_document_update(const ScimRowWrite *write);
extern uint64 scim_document_insert_many(const ScimRowWrite *writes, int count);
extern bool scim_document_is_there(const ScimRowWrite *write, const ScimRow *row, bool exact);
extern bool scim_document_changes_key(const ScimRowWrite *write);

#endif							/* SCIM_RESOURCE_DOCUMENT_WRITE_H */
