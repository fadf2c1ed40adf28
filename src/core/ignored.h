/*
 * ignored.h
 *		What of a resource that a client sends is the server's to say, and is
 *		therefore left out when it is read (scim_read_input).
 */
#ifndef SCIM_CORE_IGNORED_H
#define SCIM_CORE_IGNORED_H

#include "core/path_set.h"
#include "core/schema.h"
#include "core/spelling.h"

/*
 * Adds the paths of what was given, is readOnly, and differs from the resource
 * as it is shown (NULL: of all that is): "id", "groups", attributes, and parts of
 * single-valued complex ones and of extensions; not "meta".  ids are compared in their
 * one spelling, groups (those that the user is in directly) as a set of ids,
 * all else as JSON.  "version": "_version" too, whatever it is.
 * "given" was read by scim_read_input before.
 */
extern void scim_name_ignored(ScimPathSet *paths, const ScimResourceType *type, Jsonb *given,
							  Jsonb *shown, const ScimIds *ids, bool version);

#endif							/* SCIM_CORE_IGNORED_H */
