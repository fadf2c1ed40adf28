/*
 * actor.c
 *		Who acts: role, principal, agent, tool, application_name, as a part of which trace.
 *
 * The role is the one that SET ROLE chose, or else the session's: a pooler's
 * session belongs to the pooler, and tells nothing.  The current user tells too
 * much: a SECURITY DEFINER function changes it, and so do statements that are run
 * as the owner of a table, while who asked for them stays the same.
 *
 * Agent, application_name and trace are what a client says of itself: they grant
 * nothing, and are not believed.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/control.h"
#include "base/entered.h"
#include "base/settings.h"
#include "base/trace.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"

/* So much of an agent's name is kept; the bridge sends no more. */
#define AGENT_BYTES 128

static const char *running_tool = NULL;

/*
 * A line of the log must hold it, and must not be two: no control characters, no
 * half characters, and of what was set in another encoding ASCII alone.
 */
static char *
printable(const char *name)
{
	int			whole = strlen(name);

	/* what ends in half a character is clipped behind its end */
	int			length = Min(pg_mbcliplen(name, whole, AGENT_BYTES), whole);
	bool		valid = pg_verifymbstr(name, length, true);
	bool		is_utf8 = valid && GetDatabaseEncoding() == PG_UTF8;
	char	   *result = palloc(length + 1);
	char	   *end = result;

	for (int i = 0; i < length;)
	{
		int			control = scim_control_length(name + i, is_utf8);

		if (control == 0)
			*end++ = valid || !IS_HIGHBIT_SET(name[i]) ? name[i] : '?';
		i += Max(control, 1);
	}
	*end = '\0';
	return result;
}

/* Most calls name none. */
static char *
valid_trace(const char *text)
{
	int			length = text[0] == '\0' ? 0 : scim_trace_length(text);

	return length > 0 ? pnstrdup(text, length) : NULL;
}

Oid
scim_acting_role(void)
{
	return GetOuterUserId();
}

bool
scim_is_own_code(Oid user)
{
	return !InSecurityRestrictedOperation() && has_privs_of_role(user, scim_acting_role());
}

bool
scim_acts_itself(void)
{
	return scim_is_own_code(GetUserId());
}

ScimActor
scim_actor(void)
{
	return (ScimActor)
	{
		.role = scim_acting_role(),
			.agent = printable(scim_setting_agent),
			.tool = running_tool,
			.application_name = application_name ? application_name : "",
			.principal = scim_principal(),
			.trace = valid_trace(scim_setting_trace),
	};
}

const char *
scim_set_tool(const char *tool)
{
	const char *before = running_tool;

	running_tool = tool;
	return before;
}
