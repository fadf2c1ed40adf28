/*
 * mapped_take.h
 *		A document taken apart: the value of each mapped column, and the rest.
 */
#ifndef SCIM_RESOURCE_MAPPED_TAKE_H
#define SCIM_RESOURCE_MAPPED_TAKE_H

#include "base/compat.h"
#include "resource/mapped_value.h"

/* Takes apart: "taken" comes with room for the values, each jbvNull. */
extern void scim_take_apart(ScimTaken *taken, Jsonb *document);

/*
 * "schemas" of "rest" without what follows from the document, or from columns
 * that are only shown.
 */
extern void scim_reduce_schemas(const ScimTaken *taken, const JsonbValue *document,
								JsonbValue *rest);

/* INVALID_VALUE: the first of what has no column, by its name. */
extern SCIM_NORETURN void scim_throw_rest(const ScimTaken *taken);

#endif							/* SCIM_RESOURCE_MAPPED_TAKE_H */
