/*
 * not_there.c
 *		Errors that say no more than that nothing is there for the caller.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/server_error.h"
#include "tools/not_there.h"

bool
scim_means_not_there(const ErrorData *error)
{
	static const ScimErrorCode codes[] = {
		SCIM_USER_NOT_FOUND, SCIM_GROUP_NOT_FOUND, SCIM_RESOURCE_NOT_FOUND,
		SCIM_PROPOSAL_NOT_FOUND, SCIM_TENANT_FORBIDDEN, SCIM_PERMISSION_DENIED, SCIM_NOT_REGISTERED
	};
	const ScimErrorKind *kind = scim_kind_of_ours(error);

	if (kind == NULL)
		kind = scim_error_kind(scim_server_error(error, false)->code);
	for (int i = 0; i < (int) lengthof(codes); i++)
	{
		if (kind == scim_error_kind(codes[i]))
			return true;
	}
	return false;
}
