/*
 * immutable.h
 *		Attributes that keep their value whatever a client sends: those that are
 *		immutable and have one, and those that are readOnly (RFC 7643 section 7).
 */
#ifndef SCIM_CORE_IMMUTABLE_H
#define SCIM_CORE_IMMUTABLE_H

#include "core/schema.h"

/*
 * The new document in place of the old one: MUTABILITY where an immutable
 * attribute has another value than before, or (unless "replaces") none any
 * more.  If "replaces", what the new document leaves out is kept, of immutable
 * and of readOnly attributes (RFC 7644 section 3.5.1): the result is then another
 * document; INVALID_VALUE if that leaves out what is required with it.  (Parts
 * that are readOnly go with the value that they belong to.)  If "differs" is not
 * NULL, it is set instead of an error.  Parts of the values of multi-valued
 * attributes are not looked at: a value is what it is, another takes its place.
 */
extern Jsonb *scim_keep_immutable(const ScimResourceType *type, Jsonb *old, Jsonb *new,
								  bool replaces, bool *differs);

/* Is there anything in the type for scim_keep_immutable to look at? */
extern bool scim_has_kept(const ScimResourceType *type);

#endif							/* SCIM_CORE_IMMUTABLE_H */
