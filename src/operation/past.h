/*
 * past.h
 *		Steps of the operations that look at what a resource was.
 */
#ifndef SCIM_OPERATION_PAST_H
#define SCIM_OPERATION_PAST_H

#include "history/rebuild.h"

/* INVALID_VERSION_FORMAT of the parameter "name". */
extern void scim_check_version_text(const char *name, const char *version);

/*
 * Begins with the resource as the active snapshot shows it.  PERMISSION_DENIED,
 * TENANT_FORBIDDEN, NOT_FOUND of what never was.
 */
extern void scim_begin_past(ScimPast *past, const ScimTarget *target, const char *given);

/* Goes back to the version, and proves it.  VERSION_NOT_FOUND. */
extern void scim_find_version(ScimPast *past, const char *version);

/*
 * When the resource at hand was made, if the history goes back as far; the past is
 * further back then.  What was deleted and came back is what it was before.
 */
extern bool scim_find_creation(ScimPast *past, TimestampTz *created);

/*
 * What the row of what is at hand would hold beside the document: id, version, and when
 * it was made and changed, as far as its own row or the history tells.  The past may be
 * further back then.
 */
extern void scim_past_row(ScimPast *past, ScimRow *row);

/* An array of the members as they are shown; NULL: there are none, or nobody can tell who. */
extern JsonbValue *scim_show_members_then(const ScimMemberThen *members, int count);

#endif							/* SCIM_OPERATION_PAST_H */
