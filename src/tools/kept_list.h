/*
 * kept_list.h
 *		The list of tools, as long as nothing has changed.
 */
#ifndef SCIM_TOOLS_KEPT_LIST_H
#define SCIM_TOOLS_KEPT_LIST_H

#include "postgres.h"

#include "utils/jsonb.h"

/*
 * What scim_tools() lists now; not to be freed, and valid until the next call.  It is made anew
 * where a relation, or a setting that matters, has changed.  INVALID_ARGUMENT: scimver.toolset
 * names what there is not.
 */
extern const Jsonb *scim_kept_list(void);

/*
 * A short text that follows from that list, or that there is none; in the same memory.  It costs
 * next to nothing as long as no relation has changed.
 */
extern const char *scim_tools_digest(void);

#endif							/* SCIM_TOOLS_KEPT_LIST_H */
