/*
 * profile.c
 *		Profiles: by which rules the input of clients is understood.
 */
#include "postgres.h"

#include "base/settings.h"
#include "fmgr.h"
#include "statement/profile.h"

PG_FUNCTION_INFO_V1(scim_profiles_trigger);
PG_FUNCTION_INFO_V1(scim_set_tenant_profile);

static const ScimRules lenient_filters = {.filter = true};

const ScimRules *
scim_rules_in_force(const char *tenant)
{
	return scim_setting_filter_mode == SCIM_FILTER_LENIENT ? &lenient_filters : &scim_strict_rules;
}

const char *
scim_profile_in_force(const char *tenant)
{
	return "rfc";
}

bool
scim_is_profile(const char *name)
{
	return strcmp(name, "rfc") == 0;
}

Datum
scim_profiles_trigger(PG_FUNCTION_ARGS)
{
	PG_RETURN_NULL();
}

Datum
scim_set_tenant_profile(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}

void
scim_init_profiles(void)
{
}
