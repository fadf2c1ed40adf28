/*
 * caller.c
 *		Who calls: by a token, or as the session's role.
 */
#include "postgres.h"

#include "base/entered.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "miscadmin.h"
#include "rest/caller.h"
#include "rest/refusal.h"
#include "rest/route.h"
#include "statement/enter.h"

static void
refuse(ScimHttpAnswer *answer, ScimErrorCode code, const char *detail)
{
	const ScimErrorKind *kind = scim_error_kind(code);

	scim_http_refuse(answer, kind->status, kind->scim_type, "%-s", detail);
	answer->error_code = kind->name;
}

/* Not within a subtransaction: with that, that it only reads would end. */
bool
scim_enters(bytea *digest, ScimHttpAnswer *answer)
{
	ScimEntry	entry;

	if (digest == NULL)
		return true;
	entry = scim_entry_of_token(digest);
	if (entry.problem)
	{
		refuse(answer, entry.code, entry.problem);
		return false;
	}
	scim_enter_by(&entry);
	return true;
}

/* ---- what it is let in for ---- */

static bool
is_discovery(const ScimRoute *route)
{
	return route && (route->place == SCIM_AT_CONFIG || route->place == SCIM_AT_RESOURCE_TYPES ||
					 route->place == SCIM_AT_SCHEMAS);
}

static bool
is_search(const ScimRoute *route)
{
	return route->place == SCIM_AT_ROOT_SEARCH || route->place == SCIM_AT_TYPE_SEARCH;
}

static bool
writes(const ScimRoute *route)
{
	return route && strcmp(route->method, "GET") != 0 && !is_search(route);
}

bool
scim_lets_in(const ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	const ScimEntered *who = scim_entered();

	if (who == NULL && scim_setting_discovery_only && !is_discovery(request->route))
		refuse(answer, SCIM_TOKEN_INVALID, "a token is required");
	else if (who && !(who->scopes & SCIM_SCOPE_SCIM))
		refuse(answer, SCIM_NOT_BY_TOKEN, "the token is not for SCIM");
	else if (who && (who->scopes & SCIM_SCOPE_READ_ONLY) && writes(request->route))
		refuse(answer, SCIM_NOT_BY_TOKEN, "the token is for reading only");
	else
		return true;
	return false;
}

/* ---- who it is ---- */

Jsonb *
scim_http_caller(void)
{
	const ScimEntered *who = scim_entered();
	JsonbValue	none = {.type = jbvNull};
	JsonbValue *caller;

	if (who == NULL)
		return NULL;
	caller = scim_new_object();
	scim_set_text_or_null(caller, "token", who->token);
	scim_set_text(caller, "principal", who->principal);
	scim_set_text(caller, "role", GetUserNameFromId(who->role, false));
	scim_set_text(caller, "tenant", who->tenant);
	if (who->max_per_minute > 0)
		scim_set_integer(caller, "max_per_minute", who->max_per_minute);
	else
		scim_set_value(caller, "max_per_minute", &none);
	return scim_write(caller);
}
