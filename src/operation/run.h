/*
 * run.h
 *		Running a scim_ call.
 */
#ifndef SCIM_OPERATION_RUN_H
#define SCIM_OPERATION_RUN_H

#include "resource/frame.h"

/*
 * Runs "body" as a call, unless its policy refuses that at once; where it violates a
 * constraint of the table, the error is one of the catalogue.
 */
extern void scim_run_call(ScimCall *call, void (*body) (void *argument), void *argument);

#endif							/* SCIM_OPERATION_RUN_H */
