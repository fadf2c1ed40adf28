/*
 * log_warnings.h
 *		Settings of the session by which passwords get into the server's log.
 */
#ifndef SCIM_TOOLS_LOG_WARNINGS_H
#define SCIM_TOOLS_LOG_WARNINGS_H

#include "utils/jsonb.h"

/*
 * An array of {"setting", "value", "text"}, for superusers; NULL for others,
 * and where there is nothing to be said.
 */
extern JsonbValue *scim_log_warnings(void);

#endif							/* SCIM_TOOLS_LOG_WARNINGS_H */
