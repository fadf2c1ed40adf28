/*
 * listing.h
 *		The list of the tools.
 */
#ifndef SCIM_TOOLS_LISTING_H
#define SCIM_TOOLS_LISTING_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * Makes what scim_tools() lists, in the current context.  INVALID_ARGUMENT: scimver.toolset
 * names what there is not.
 */
extern Jsonb *scim_make_list(void);

#endif							/* SCIM_TOOLS_LISTING_H */
