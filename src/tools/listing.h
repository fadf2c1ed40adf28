/*
 * listing.h
 *		The list of the tools.
 */
#ifndef SCIM_TOOLS_LISTING_H
#define SCIM_TOOLS_LISTING_H

#include "postgres.h"

#include "fmgr.h"

/* The SQL function scim_tools, which has no arguments. */
extern Datum scim_tools(PG_FUNCTION_ARGS);

#endif							/* SCIM_TOOLS_LISTING_H */
