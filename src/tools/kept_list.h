/*
 * kept_list.h
 *		The list of tools, as long as nothing has changed.
 */
#ifndef SCIM_TOOLS_KEPT_LIST_H
#define SCIM_TOOLS_KEPT_LIST_H

#include "postgres.h"

/*
 * A short text that follows from what scim_tools() lists now, or that it lists nothing; not to
 * be freed, and valid until the next call.  It costs next to nothing as long as no relation has
 * changed.
 */
extern const char *scim_tools_digest(void);

#endif							/* SCIM_TOOLS_KEPT_LIST_H */
