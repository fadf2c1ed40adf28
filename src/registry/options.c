/*
 * options.c
 *		Options of registered tables: as callers give them, and as they stand in
 *		the trigger's arguments.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "registry/mapping_error.h"
#include "registry/options.h"
#include "registry/our_trigger.h"
#include "registry/registration.h"

typedef struct Option
{
	const char *name;
	int			where;			/* of ScimOptionsOf */
	const char *values;			/* "must be ..." */
	/* false: it is none of the values */
	bool		(*read) (const JsonbValue *value, ScimOptions *options);
} Option;

/* ---- reading ---- */

static bool
read_version_scheme(const JsonbValue *value, ScimOptions *options)
{
	options->revision_scheme = scim_string_is(value, "revision");
	return options->revision_scheme || scim_string_is(value, "content");
}

static bool
read_validate(const JsonbValue *value, ScimOptions *options)
{
	options->validate = value->type == jbvBool && value->val.boolean;
	return value->type == jbvBool;
}

static bool
read_add_columns(const JsonbValue *value, ScimOptions *options)
{
	options->add_columns = value->type == jbvBool && value->val.boolean;
	return value->type == jbvBool;
}

static bool
read_unique_id(const JsonbValue *value, ScimOptions *options)
{
	options->unique_id = value->type == jbvBool && value->val.boolean;
	return value->type == jbvBool;
}

static bool
read_subscribed(const JsonbValue *value, ScimOptions *options)
{
	options->subscribed = value->type == jbvBool && value->val.boolean;
	return value->type == jbvBool;
}

static bool
read_history(const JsonbValue *value, ScimOptions *options)
{
	options->says_history = value->type == jbvBool;
	options->history = value->type == jbvBool && value->val.boolean;
	return value->type == jbvBool;
}

static bool
read_enforce(const JsonbValue *value, ScimOptions *options)
{
	options->enforce = value->type == jbvBool && value->val.boolean;
	return value->type == jbvBool;
}

static bool
read_keep_columns(const JsonbValue *value, ScimOptions *options)
{
	options->keep_columns = value->type == jbvBool && value->val.boolean;
	return value->type == jbvBool;
}

static bool
read_tenant(const JsonbValue *value, ScimOptions *options)
{
	if (value->type == jbvString)
		options->tenant = scim_string_copy(value);
	return value->type == jbvString;
}

static bool
read_added(const JsonbValue *value, ScimOptions *options)
{
	ScimWalk	walk;
	JsonbValue	name;

	if (!scim_is_array(value))
		return false;
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &name))
	{
		if (name.type != jbvString)
			return false;
		options->added = lappend(options->added, scim_string_copy(&name));
	}
	return true;
}

#define TABLES (SCIM_OPTIONS_CREATE | SCIM_OPTIONS_REGISTER | SCIM_OPTIONS_STORED)

static const Option all_options[] = {
	{"version_scheme", TABLES, "\"content\" (the default) or \"revision\"", read_version_scheme},
	{"validate", TABLES, "true or false (the default)", read_validate},
	{"unique_id", SCIM_OPTIONS_CREATE, "true or false (the default)", read_unique_id},
	{"add_columns", SCIM_OPTIONS_REGISTER, "true or false (the default)", read_add_columns},
	{"subscribed", SCIM_OPTIONS_REGISTER | SCIM_OPTIONS_MEMBERS | SCIM_OPTIONS_STORED,
	"true or false (the default)", read_subscribed},
	{"history", TABLES, "true (the default of tables that scim_create_table makes) or false (that "
	"of others)", read_history},
	{"enforce", TABLES, "true or false (the default)", read_enforce},
	{"tenant", SCIM_OPTIONS_MEMBERS, "the name of a column", read_tenant},
	{"keep_columns", SCIM_OPTIONS_UNREGISTER, "true or false (the default)", read_keep_columns},
	{"added", SCIM_OPTIONS_STORED, "an array of names of columns", read_added},
};

static SCIM_NORETURN void bad_option(ScimOptionsOf where, const char *text);

/* The hint names the options that there are. */
static void
bad_option(ScimOptionsOf where, const char *text)
{
	ScimError  *error = scim_error(SCIM_INVALID_MAPPING);
	StringInfoData hint;

	initStringInfo(&hint);
	for (size_t i = 0; i < lengthof(all_options); i++)
	{
		if (all_options[i].where & where)
			appendStringInfo(&hint, "%s%s: %s", hint.len == 0 ? "The options are " : "; ",
							 all_options[i].name, all_options[i].values);
	}
	appendStringInfoChar(&hint, '.');
	scim_error_hint(error, hint.data);
	scim_throw(error, "%-s", text);
}

void
scim_parse_options(Jsonb *given, ScimOptionsOf where, ScimOptions *options)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	memset(options, 0, sizeof(*options));
	if (!JB_ROOT_IS_OBJECT(given))
		bad_option(where, "options must be an object");
	scim_walk(&walk, &given->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		const Option *option = NULL;

		for (size_t i = 0; i < lengthof(all_options) && option == NULL; i++)
		{
			if ((all_options[i].where & where) && scim_string_is(&key, all_options[i].name))
				option = &all_options[i];
		}
		if (option == NULL)
			bad_option(where, scim_phrase("option \"%s\" is not known", scim_string_copy(&key)));
		if (!option->read(&value, options))
			bad_option(where, psprintf("option %s must be %s", option->name, option->values));
	}
}

void
scim_read_options(ScimRegistration *registration, const char *text)
{
	ScimOptions options = {0};

	if (text)
		scim_parse_options(scim_parse_object(text, "options"), SCIM_OPTIONS_STORED, &options);
	registration->revision_scheme = options.revision_scheme;
	registration->validate = options.validate;
	registration->subscribed = options.subscribed;
	registration->enforce = options.enforce;
	registration->history = !registration->is_members && registration->storage &&
		scim_settle_history(&options, registration->storage);
}

bool
scim_settle_history(ScimOptions *options, const ScimStorage *storage)
{
	bool		kept = options->says_history ? options->history : storage->keeps_history;

	options->says_history = kept != storage->keeps_history;
	/* a database that is still at 1.0 has no place for it */
	return kept && OidIsValid(scim_trigger_function(SCIM_HISTORY_KIND));
}

/* ---- writing ---- */

char *
scim_options_text(const ScimOptions *options)
{
	JsonbValue *object = scim_new_object();

	if (options->revision_scheme)
		scim_set_text(object, "version_scheme", "revision");
	if (options->validate)
		scim_set_bool(object, "validate", true);
	if (options->subscribed)
		scim_set_bool(object, "subscribed", true);
	if (options->says_history)
		scim_set_bool(object, "history", options->history);
	if (options->enforce)
		scim_set_bool(object, "enforce", true);
	if (options->added)
		scim_set_value(object, "added", scim_new_texts(options->added));
	return scim_jsonb_text(object);
}

char *
scim_rename_in_options(const char *text, const char *old_name, const char *new_name)
{
	ScimOptions options;
	ListCell   *cell;
	bool		found = false;

	scim_parse_options(scim_parse_object(text, "options"), SCIM_OPTIONS_STORED, &options);
	foreach(cell, options.added)
	{
		if (strcmp(lfirst(cell), old_name) != 0)
			continue;
		lfirst(cell) = pstrdup(new_name);
		found = true;
	}
	return found ? scim_options_text(&options) : NULL;
}
