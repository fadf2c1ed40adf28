/*
 * violation.h
 *		Constraints of the registered table that a scim_ call violates, as errors
 *		of the catalogue: the caller is told which attribute to mend.
 */
#ifndef SCIM_OPERATION_VIOLATION_H
#define SCIM_OPERATION_VIOLATION_H

#include "resource/frame.h"

/*
 * Of the violation of a foreign key: is it a row that refers to none, and not
 * one that others refer to?
 */
extern bool scim_is_reference(const ErrorData *error);

/* May an error with that SQLSTATE be one for scim_throw_violation? */
extern bool scim_is_violation(int sqlstate);

/*
 * Called for an error that ended a call, its state flushed, raised at that depth
 * in the call's frame: raises UNIQUENESS, INVALID_VALUE or STILL_REFERENCED in
 * its place if the call's own statement on the call's table raised it, and the
 * caller can mend it; returns otherwise.
 */
extern void scim_throw_violation(const ScimCall *call, const ErrorData *error, int depth);

#endif							/* SCIM_OPERATION_VIOLATION_H */
