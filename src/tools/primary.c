/*
 * primary.c
 *		What only the primary server can tell.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "base/errors.h"
#include "tools/primary.h"

void
scim_require_primary(void)
{
	ScimError  *error;

	if (!RecoveryInProgress())
		return;
	error = scim_error(SCIM_RETRY_LATER);
	scim_error_hint(error, "Use a connection to the primary server.");
	scim_throw(error, "this server is a standby, which cannot tell what has changed");
}
