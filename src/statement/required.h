/*
 * required.h
 *		What every row of a registered table has: an id, and in a created table a
 *		document.
 *
 * The table's NOT NULL sees to it, unless somebody dropped that.  Whoever takes
 * one of them out of a row does so here: a row that lacks it is named, and not
 * read.
 */
#ifndef SCIM_STATEMENT_REQUIRED_H
#define SCIM_STATEMENT_REQUIRED_H

#include "base/compat.h"
#include "registry/registration.h"
#include "utils/jsonb.h"

/* The text of the row's id; palloc'd.  INVALID_VALUE if it has none. */
extern char *scim_row_id(const ScimRegistration *registration, Datum value, bool isnull);

/* The document of the row with that id.  INVALID_VALUE if it has none, or one that is no object. */
extern Jsonb *scim_row_document(const ScimRegistration *registration, const char *id, Datum value,
								bool isnull);

/* INVALID_VALUE: a new row got no id, or an empty one. */
extern SCIM_NORETURN void scim_throw_no_id(const ScimRegistration *registration);

/*
 * The condition that a row r has no id, or an empty one, so that nobody can name
 * it; of a created table, or no tenant.
 */
extern char *scim_is_nameless_sql(const ScimRegistration *registration);

#endif							/* SCIM_STATEMENT_REQUIRED_H */
