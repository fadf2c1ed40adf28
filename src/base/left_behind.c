/*
 * left_behind.c
 *		scim_left_behind: what a session keeps beyond the transaction, though it should not.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/left_behind.h"
#include "catalog/namespace.h"
#include "fmgr.h"
#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

PG_FUNCTION_INFO_V1(scim_left_behind);

/* A bridge has set them for its session, before anybody entered. */
static const char *const exempt[] = {"application_name", "statement_timeout"};

/* Since somebody has entered. */
static bool had_temporary_tables = false;
static bool was_told = false;
static bool was_asked = false;	/* and it was nothing */

/* ---- settings ---- */

static bool
is_exempt(const struct config_generic *setting)
{
	for (int i = 0; i < (int) lengthof(exempt); i++)
	{
		if (strcmp(setting->name, exempt[i]) == 0)
			return true;
	}
	return false;
}

/* The value that the transaction leaves. */
typedef struct ToCome
{
	GucSource	source;
	config_var_value value;		/* of a text, or nothing */
	bool		is_set_now;		/* the transaction itself has set it */
} ToCome;

static ToCome
value_of(const struct config_generic *setting)
{
	ToCome		now = {.source = setting->source};

	if (setting->vartype == PGC_STRING)
		now.value.val.stringval = *((const struct config_string *) setting)->variable;
	return now;
}

/* What is on the stack is undone from the top, but for what SET did, in the place of all below. */
static ToCome
value_to_come(const struct config_generic *setting)
{
	ToCome		to_come = value_of(setting);

	for (const GucStack *entry = setting->stack; entry && !to_come.is_set_now; entry = entry->prev)
	{
		to_come.is_set_now = entry->state == GUC_SET || entry->state == GUC_SET_LOCAL;
		if (entry->state == GUC_SET_LOCAL)
			to_come = (ToCome) {PGC_S_SESSION, entry->masked, true};
		else if (entry->state != GUC_SET)
			to_come = (ToCome) {entry->source, entry->prior, false};
	}
	return to_come;
}

/* SET SESSION AUTHORIZATION sets the role to none, too. */
static bool
is_role(const struct config_generic *setting)
{
	return strcmp(setting->name, "role") == 0;
}

static bool
is_no_role(const struct config_generic *setting, const ToCome *value)
{
	return is_role(setting) && value->value.val.stringval &&
		strcmp(value->value.val.stringval, "none") == 0;
}

/* What is looked for, and what was found. */
typedef struct Search
{
	bool		only_now;		/* what the transaction itself sets */
	bool		role;
	const char *setting;		/* the first by its name; NULL: none */
} Search;

static void
look_at(const struct config_generic *setting, Search *search)
{
	ToCome		to_come;

	/* most are so */
	if (setting->stack == NULL && (search->only_now || setting->source != PGC_S_SESSION))
		return;
	to_come = value_to_come(setting);
	if (to_come.source != PGC_S_SESSION || is_no_role(setting, &to_come) ||
		(!to_come.is_set_now && (search->only_now || is_exempt(setting))))
		return;
	if (is_role(setting))
		search->role = true;
	else if (search->setting == NULL || strcmp(setting->name, search->setting) < 0)
		search->setting = setting->name;
}

/* ---- all of them ---- */

static bool
is_linked(dlist_node *link, struct config_generic **settings, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (scim_setting_link(settings[i]) == link)
			return true;
	}
	return false;
}

/* The head of the ring is the one link that is no setting's. */
static dlist_node *
find_head(void)
{
	int			count;
	struct config_generic **settings = scim_all_settings(&count);
	dlist_node *link = NULL;

	for (int i = 0; i < count && link == NULL; i++)
	{
		if (settings[i]->source != PGC_S_DEFAULT)
			link = scim_setting_link(settings[i]);
	}
	while (link && is_linked(link, settings, count))
		link = link->next;
	pfree(settings);
	return link;
}

static void
look_around(Search *search)
{
	static dlist_node *head = NULL;

	if (head == NULL)
		head = find_head();
	if (head == NULL)
		elog(ERROR, "all settings are at their defaults");
	for (dlist_node *link = head->next; link != head; link = link->next)
		look_at(scim_linked_setting(link), search);
}

/* No user sets it, so it is never on the stack but for us. */
#define FIXED_SETTING "block_size"

/*
 * What is at its default now, and so not in the ring, is so for this transaction alone, if it is
 * on the stack.  Those are in a list, too, of which the last comer is the head.
 */
static void
look_at_stack(Search *search)
{
	int			nesting = NewGUCNestLevel();
	slist_node *link;

	(void) set_config_option(FIXED_SETTING, GetConfigOption(FIXED_SETTING, false, false),
							 PGC_INTERNAL, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	for (link = scim_stack_link(scim_find_setting(FIXED_SETTING)); link; link = link->next)
		look_at(scim_stacked_setting(link), search);
	AtEOXact_GUC(false, nesting);
}

static void
look_for_settings(Search *search)
{
	int			count;
	struct config_generic **settings;

	if (SCIM_SETTINGS_IN_RING)
	{
		look_around(search);
		look_at_stack(search);
		return;
	}
	settings = scim_all_settings(&count);
	for (int i = 0; i < count; i++)
		look_at(settings[i], search);
}

/* ---- temporary tables ---- */

/* Once there was one, its schema stays to the end of the session, and is searched first. */
static bool
has_temporary_tables(void)
{
	Oid			schema;
	Oid			toast;

	GetTempNamespaceState(&schema, &toast);
	return OidIsValid(schema);
}

/* ---- what it comes to ---- */

/* NULL: nothing. */
static char *
describe(const Search *search, bool temporary_tables)
{
	StringInfoData text;

	initStringInfo(&text);
	if (search->role)
		appendStringInfoString(&text, "role");
	if (search->setting)
		appendStringInfo(&text, "%ssetting %s", text.len > 0 ? ", " : "", search->setting);
	if (temporary_tables)
		appendStringInfo(&text, "%stemporary tables", text.len > 0 ? ", " : "");
	return text.len > 0 ? text.data : NULL;
}

void
scim_begin_to_look_behind(void)
{
	had_temporary_tables = has_temporary_tables();
	was_told = false;
	was_asked = false;
}

void
scim_refuse_to_leave_behind(void)
{
	Search		search = {.only_now = true};
	char	   *left;

	/* what wrote nothing has no triggers that come behind the question */
	if (was_told || (was_asked && !TransactionIdIsValid(GetTopTransactionIdIfAny())))
		return;
	look_for_settings(&search);
	left = describe(&search, has_temporary_tables() && !had_temporary_tables);
	if (left)
		scim_throw(scim_error(SCIM_LEAVES_BEHIND), "the transaction would leave behind: %s", left);
}

/* scim_left_behind() -> text, such as "role, setting search_path"; NULL: nothing. */
Datum
scim_left_behind(PG_FUNCTION_ARGS)
{
	Search		search = {0};
	char	   *left;

	look_for_settings(&search);
	left = describe(&search, has_temporary_tables());
	was_asked = left == NULL;
	if (left == NULL)
		PG_RETURN_NULL();
	was_told = true;
	PG_RETURN_TEXT_P(cstring_to_text(left));
}
