/*
 * profile.c
 *		Profiles: by which rules the input of clients is understood.
 *
 * Each call asks, and few ever change: what was read is kept (registry/kept.h).
 */
#include "postgres.h"

#include "base/settings.h"
#include "commands/extension.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "registry/kept.h"
#include "statement/profile.h"
#include "statement/profile_rows.h"
#include "storage/lmgr.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(scim_profiles_trigger);

/* Of more tenants, or names of profiles, than this, all are read anew. */
#define MOST_KEPT 1000

/* By whether filters are lenient anyhow. */
typedef ScimRules RulesByMode[SCIM_FILTER_LENIENT + 1];

/* A name that was asked for, and the profile. */
typedef struct Profile
{
	const char *name;			/* the key */
	bool		is_there;
	RulesByMode rules;
} Profile;

/* A tenant that was asked for. */
typedef struct Tenant
{
	const char *tenant;			/* the key */
	const char *profile;		/* NULL: none is set */
} Tenant;

typedef struct Profiles
{
	HTAB	   *profiles;
	HTAB	   *tenants;
	bool		no_tenants;		/* none has any: there is nothing to look for */
} Profiles;

static const RulesByMode default_rules = {
	[SCIM_FILTER_LENIENT] = {.filter = true}
};

/* Of what was read, or is being read. */
static Oid	profiles_relid = InvalidOid;
static Oid	tenants_relid = InvalidOid;

static bool
is_ours(Oid relid)
{
	return !OidIsValid(profiles_relid) || !OidIsValid(tenants_relid) ||
		relid == profiles_relid || relid == tenants_relid;
}

static ScimKept keeping = {"profiles", is_ours};

static inline Profiles *
current(void)
{
	return keeping.content;
}

/* ---- what is kept ---- */

static uint32
hash_name(const void *key, Size size)
{
	const char *name = *(const char *const *) key;

	return hash_bytes((const unsigned char *) name, strlen(name));
}

static int
match_names(const void *a, const void *b, Size size)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static HTAB *
make_table(const char *name, Size entry_size, MemoryContext context)
{
	HASHCTL		control = {
		.keysize = sizeof(const char *),
		.entrysize = entry_size,
		.hash = hash_name,
		.match = match_names,
		.hcxt = context
	};

	return hash_create(name, 16, &control,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

static bool
is_full(void)
{
	return hash_get_num_entries(current()->profiles) >= MOST_KEPT ||
		hash_get_num_entries(current()->tenants) >= MOST_KEPT;
}

static void
start(void)
{
	MemoryContext context = scim_new_kept(&keeping);
	Profiles   *started = MemoryContextAllocZero(context, sizeof(Profiles));

	started->profiles = make_table("scimver profiles", sizeof(Profile), context);
	started->tenants = make_table("scimver tenants' profiles", sizeof(Tenant), context);
	scim_keep(&keeping, context, started);
}

/* Makes room for one more. */
static void
prepare_to_keep(void)
{
	if (current() && is_full())
		scim_forget_kept(&keeping);
	if (current() == NULL)
		start();
	scim_note_kept(&keeping);
}

static const Profile *
keep_profile(const Profile *read)
{
	const char *name;
	Profile    *kept;

	prepare_to_keep();
	name = MemoryContextStrdup(keeping.context, read->name);
	kept = hash_search(current()->profiles, &name, HASH_ENTER, NULL);
	*kept = *read;
	kept->name = name;
	return kept;
}

static const Tenant *
keep_tenant(const Tenant *read, bool no_tenants)
{
	const char *tenant;
	const char *profile;
	Tenant	   *kept;

	prepare_to_keep();
	tenant = MemoryContextStrdup(keeping.context, read->tenant);
	profile = read->profile ? MemoryContextStrdup(keeping.context, read->profile) : NULL;
	kept = hash_search(current()->tenants, &tenant, HASH_ENTER, NULL);
	*kept = (Tenant) {.tenant = tenant, .profile = profile};
	current()->no_tenants = no_tenants;
	return kept;
}

/* ---- reading ---- */

/* What changes while we read may come too late for what was read first: it is read again. */
static bool
is_current(uint64 started)
{
	CHECK_FOR_INTERRUPTS();
	return scim_kept_is_current(&keeping, started);
}

static void
look_for_tables(void)
{
	profiles_relid = scim_profiles_table();
	tenants_relid = scim_tenant_profiles_table();
}

static void
read_profile(Profile *profile)
{
	ScimProfileRow row;

	look_for_tables();
	profile->is_there = scim_read_profile_row(profile->name, &row);
	if (!profile->is_there)
		return;
	scim_read_rules(row.rules, &profile->rules[SCIM_FILTER_STRICT]);
	profile->rules[SCIM_FILTER_LENIENT] = profile->rules[SCIM_FILTER_STRICT];
	profile->rules[SCIM_FILTER_LENIENT].filter = true;
}

static const Profile *
find_profile(const char *name)
{
	Profile		read = {.name = name};
	const Profile *kept = NULL;
	uint64		started;

	if (current())
		kept = hash_search(current()->profiles, &name, HASH_FIND, NULL);
	if (kept)
		return kept;
	do
	{
		started = keeping.generation;
		read_profile(&read);
	} while (!is_current(started));
	return keep_profile(&read);
}

/* NULL: none is set. */
static const char *
find_tenant_profile(const char *tenant)
{
	Tenant		read = {.tenant = tenant};
	const Tenant *kept;
	uint64		started;
	bool		none;

	if (current() && current()->no_tenants)
		return NULL;
	kept = current() ? hash_search(current()->tenants, &tenant, HASH_FIND, NULL) : NULL;
	if (kept)
		return kept->profile;
	do
	{
		started = keeping.generation;
		look_for_tables();
		none = scim_has_no_tenant_profiles();
		read.profile = none ? NULL : scim_read_tenant_profile(tenant);
	} while (!is_current(started));
	return keep_tenant(&read, none)->profile;
}

/* ---- which one is in force ---- */

static const char *
name_in_force(const char *tenant)
{
	const char *name = scim_setting_profile;

	if (name && name[0] != '\0')
		return name;
	AcceptInvalidationMessages();
	name = find_tenant_profile(tenant);
	return name ? name : SCIM_DEFAULT_PROFILE;
}

static bool
is_default(const char *name)
{
	return strcmp(name, SCIM_DEFAULT_PROFILE) == 0;
}

void
scim_throw_no_profile(const char *name)
{
	scim_throw_path(SCIM_NO_SUCH_PROFILE, "profile", "there is no profile \"%s\"", name);
}

const ScimRules *
scim_rules_in_force(const char *tenant)
{
	const char *name = name_in_force(tenant);
	const Profile *profile;

	if (is_default(name))
		return &default_rules[scim_setting_filter_mode];
	AcceptInvalidationMessages();
	profile = find_profile(name);
	if (!profile->is_there)
		scim_throw_no_profile(name);
	return &profile->rules[scim_setting_filter_mode];
}

const char *
scim_profile_in_force(const char *tenant)
{
	return pstrdup(name_in_force(tenant));
}

bool
scim_is_profile(const char *name)
{
	AcceptInvalidationMessages();
	return is_default(name) || find_profile(name)->is_there;
}

/* ---- the trigger ---- */

static SCIM_NORETURN void throw_kept(const char *name, const char *why);

static void
throw_kept(const char *name, const char *why)
{
	scim_throw_path(SCIM_PROFILE_KEPT, "built_in", "profile \"%s\" %-s", name, why);
}

/* The extension's scripts make them, and may change them as it is updated. */
static void
refuse_built_in(const ScimProfileRow *row, const char *why)
{
	if (row->built_in && !creating_extension)
		throw_kept(row->name, why);
}

/*
 * One that is to be gone: no tenant may have it, as by a foreign key.  Who sets a tenant's
 * waits for us, or we for him.
 */
static void
refuse_in_use(const char *name)
{
	const char *tenant;

	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return;
	LockRelationOid(scim_tenant_profiles_table(), ShareLock);
	tenant = scim_tenant_with_profile(name);
	if (tenant)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg_internal("%s", scim_phrase("profile \"%s\" is that of tenant \"%s\"",
												   name, tenant)),
				 errhint("Give it another one by scim_set_tenant_profile.")));
}

/* The row that comes (NULL: none), in the place of the old one (NULL: none). */
static void
check_change(const ScimProfileRow *old, const ScimProfileRow *row)
{
	ScimRules	rules;

	if (old)
		refuse_built_in(old, "is built in: it stays as it is");
	if (old && (row == NULL || strcmp(row->name, old->name) != 0))
		refuse_in_use(old->name);
	if (row == NULL)
		return;
	refuse_built_in(row, "cannot be built in");
	if (row->name[0] == '\0')
		scim_throw_path(SCIM_BAD_PARAMETER, "name", "the name of a profile must not be empty");
	scim_read_rules(row->rules, &rules);
}

static void
check_profiles(const TriggerData *data)
{
	TriggerEvent event = data->tg_event;
	Relation	table = data->tg_relation;
	ScimProfileRow first;
	ScimProfileRow second;

	if (TRIGGER_FIRED_BY_TRUNCATE(event))
		throw_kept(SCIM_DEFAULT_PROFILE, "is built in: it stays as it is");
	scim_take_profile_row(data->tg_trigtuple, table, &first);
	if (TRIGGER_FIRED_BY_UPDATE(event))
		scim_take_profile_row(data->tg_newtuple, table, &second);
	check_change(TRIGGER_FIRED_BY_INSERT(event) ? NULL : &first,
				 TRIGGER_FIRED_BY_INSERT(event) ? &first
				 : TRIGGER_FIRED_BY_UPDATE(event) ? &second : NULL);
}

/*
 * scim_profiles_trigger(): AFTER INSERT OR UPDATE OR DELETE FOR EACH ROW of scim_profiles
 * and scim_tenant_profiles, as that of grants (granted.c), and AFTER TRUNCATE of the
 * first.  INVALID_ARGUMENT.
 */
Datum
scim_profiles_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = scim_tell_change(fcinfo, "scim_profiles_trigger");

	if (RelationGetRelid(data->tg_relation) == scim_profiles_table())
		check_profiles(data);
	return PointerGetDatum(NULL);
}

void
scim_init_profiles(void)
{
	scim_init_kept(&keeping);
}
