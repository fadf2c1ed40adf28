/*
 * fold.h
 *		Recording changes: what a scim_ call does to its resource becomes one entry.
 */
#ifndef SCIM_HISTORY_FOLD_H
#define SCIM_HISTORY_FOLD_H

#include "history/change.h"
#include "registry/registration.h"
#include "resource/frame.h"

/*
 * Records the change: at once, or, if a scim_ call on the resource is under way,
 * when that ends, with all else that it does to it.
 */
extern void scim_record(const ScimRegistration *registration, const ScimChange *change);

/* The call ends: what it did to its resource is written. */
extern void scim_record_call(ScimCall *call);

/*
 * What calls under way did to the resource is written now: for a trigger that
 * looks at what the resource was, or writes it by a call of its own.
 */
extern void scim_record_pending(const ScimRegistration *registration, const char *tenant,
								const char *id);

#endif							/* SCIM_HISTORY_FOLD_H */
