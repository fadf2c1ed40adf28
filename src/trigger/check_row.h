/*
 * check_row.h
 *		What the row trigger asks of a document beyond its form.
 */
#ifndef SCIM_TRIGGER_CHECK_ROW_H
#define SCIM_TRIGGER_CHECK_ROW_H

#include "resource/frame.h"
#include "utils/jsonb.h"

/*
 * The document to be stored in place of "old" (NULL: the row is new); "call" is
 * the scim_ call that writes it, or NULL.  Immutable attributes keep their
 * value in calls, and everywhere with option validate, which also checks the
 * whole document.  Errors: MUTABILITY, INVALID_VALUE, INVALID_SYNTAX.
 */
extern Jsonb *scim_check_row(const ScimRegistration *registration, const ScimCall *call, Jsonb *old, Jsonb *new);

#endif							/* SCIM_TRIGGER_CHECK_ROW_H */
