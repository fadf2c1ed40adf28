/*
 * projection.h
 *		Which attributes of a resource are shown: RFC 7644 sections 3.4.2.5 and
 *		3.9, over the "returned" characteristic of RFC 7643 section 7.
 */
#ifndef SCIM_CORE_PROJECTION_H
#define SCIM_CORE_PROJECTION_H

#include "core/rules.h"
#include "core/schema.h"

typedef struct ScimProjection ScimProjection;

/*
 * What is shown of resources of the type.  "attributes" names what is shown
 * beside what is always returned, "excluded" what is left out of what is shown
 * by default; a count of -1 says that the list was not given.  Names are paths:
 * attributes, sub-attributes, URNs of extensions, in any case.
 * A value filter behind an attribute is ignored where the rules have "filter".
 * Errors: INVALID_VALUE if both are given, INVALID_PATH with the name.
 */
extern const ScimProjection *scim_read_projection(const ScimResourceType *type,
												  const ScimRules *rules,
												  char *const *attributes, int attribute_count,
												  char *const *excluded, int excluded_count);

/* The same with "_version" shown too, whatever else is: how tools show a resource.  Palloc'd. */
extern const ScimProjection *scim_project_version(const ScimProjection *projection);
extern bool scim_projects_version(const ScimProjection *projection);

/* Is anything of the top-level attribute shown, or (sub not NULL) that sub-attribute of it? */
extern bool scim_projects(const ScimProjection *projection, const char *attribute, const char *sub);

/* Takes from a resource (a tree, opened at the top) what is not shown. */
extern void scim_project(const ScimProjection *projection, JsonbValue *resource);

#endif							/* SCIM_CORE_PROJECTION_H */
