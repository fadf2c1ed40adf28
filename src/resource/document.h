/*
 * document.h
 *		The document of a resource in the order in which it is stored.
 */
#ifndef SCIM_RESOURCE_DOCUMENT_H
#define SCIM_RESOURCE_DOCUMENT_H

#include "postgres.h"

#include "core/schema.h"
#include "utils/jsonb.h"

/*
 * The document to be stored; the same jsonb if it is in order already.
 * *password: one in clear text that was in it, however it is spelled (null:
 * none).  INVALID_VALUE if it is no object, or its schemas are no array.
 */
extern Jsonb *scim_tidy_document(const ScimResourceType *type, Jsonb *data, JsonbValue *password);

/*
 * What is to be stored beside mapped columns: as it is given, but for a
 * password.  INVALID_VALUE if it is no object.
 */
extern Jsonb *scim_take_password(const ScimResourceType *type, Jsonb *data, JsonbValue *password);

/*
 * The document as it is read: one without a version has not been in the
 * trigger's hands.  It is an object.
 */
extern Jsonb *scim_stored_document(const ScimResourceType *type, Jsonb *data, bool has_version);

/*
 * Does what has that key at the top of a document stand in other columns: id,
 * meta, a password (however it is spelled)?
 */
extern bool scim_belongs_elsewhere(const ScimResourceType *type, const JsonbValue *key);

#endif							/* SCIM_RESOURCE_DOCUMENT_H */
