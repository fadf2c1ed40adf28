/*
 * profile.h
 *		Profiles: by which rules the input of clients is understood.
 *
 * In force is scimver.profile, else the tenant's (scim_set_tenant_profile), else rfc; with
 * scimver.filter_mode = lenient also the rule "filter".  A session keeps what it has read,
 * until it changes (scim_profiles_trigger); what is committed now counts, whatever the
 * snapshot.
 */
#ifndef SCIM_STATEMENT_PROFILE_H
#define SCIM_STATEMENT_PROFILE_H

#include "base/compat.h"
#include "core/rules.h"

/* What is in force where nobody says anything; always there, without rules. */
#define SCIM_DEFAULT_PROFILE "rfc"

/*
 * The rules of calls in the tenant; they stay where they are until the transaction ends.
 * INVALID_ARGUMENT of a profile that there is not, with the path "profile".
 */
extern const ScimRules *scim_rules_in_force(const char *tenant);

/* The name of that profile, such as "rfc", be there one or not; palloc'd. */
extern const char *scim_profile_in_force(const char *tenant);

/* Is there a profile of that name? */
extern bool scim_is_profile(const char *name);

/* INVALID_ARGUMENT, with the path "profile": there is none of that name. */
extern SCIM_NORETURN void scim_throw_no_profile(const char *name);

/* When the library is loaded. */
extern void scim_init_profiles(void);

#endif							/* SCIM_STATEMENT_PROFILE_H */
