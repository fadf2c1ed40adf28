/*
 * not_there.h
 *		Errors that say no more than that nothing is there for the caller.
 */
#ifndef SCIM_TOOLS_NOT_THERE_H
#define SCIM_TOOLS_NOT_THERE_H

#include "postgres.h"

/* It does not exist, or is not the caller's to see, by tenant or by privilege. */
extern bool scim_means_not_there(const ErrorData *error);

#endif							/* SCIM_TOOLS_NOT_THERE_H */
