/*
 * log_warnings.c
 *		Settings of the session by which passwords get into the server's log,
 *		even when they are sent as parameters (docs/security.md).
 *
 * Entry point: scim_log_warnings.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "tools/log_warnings.h"
#include "utils/guc.h"

/*
 * The value of a setting, without units, until the next one is asked for; NULL
 * where what it belongs to is not loaded.
 */
static const char *
setting(const char *name)
{
	const char *value = GetConfigOption(name, true, false);

	if (value == NULL || (GetConfigOptionFlags(name, true) & GUC_CUSTOM_PLACEHOLDER))
		return NULL;
	return value;
}

/* Is it there, and another one? */
static bool
differs(const char *name, const char *value)
{
	const char *is = setting(name);

	return is != NULL && strcmp(is, value) != 0;
}

static bool
is_positive(const char *name)
{
	const char *value = setting(name);

	return value != NULL && atof(value) > 0;
}

/* Of a limit in milliseconds, for which -1 is none. */
static bool
is_limit(const char *name)
{
	return is_positive(name) || (setting(name) != NULL && !differs(name, "0"));
}

static bool
statements_are_logged(void)
{
	return differs("log_statement", "none") || is_limit("log_min_duration_statement") ||
		(is_limit("log_min_duration_sample") && is_positive("log_statement_sample_rate")) ||
		is_positive("log_transaction_sample_rate");
}

static bool
plans_are_logged(void)
{
	return is_limit("auto_explain.log_min_duration") && is_positive("auto_explain.sample_rate");
}

static bool
audits_are_logged(void)
{
	return differs("pgaudit.log", "none");
}

static bool
always(void)
{
	return true;
}

static const struct
{
	const char *setting;		/* what is to be said something of */
	const char *harmless;		/* but not where it has this value */
	bool		(*applies) (void);	/* and where this is so */
	const char *text;			/* what happens, and what to do */
}			warnings[] = {
	{"log_parameter_max_length", "0", statements_are_logged,
	"Statements are logged with their parameters, passwords among them: set it to 0."},
	{"log_parameter_max_length_on_error", "0", always,
	"Statements that fail are logged with their parameters, passwords among them: set it to 0."},
	{"auto_explain.log_verbose", "off", plans_are_logged,
	"Plans are logged with the values of parameters, passwords among them: turn it off."},
	{"auto_explain.log_parameter_max_length", "0", plans_are_logged,
	"Plans are logged with the statement's parameters, passwords among them: set it to 0."},
	{"debug_print_plan", "off", always,
	"Plans are logged with the bytes of parameters, passwords among them: turn it off."},
	{"pgaudit.log_parameter", "off", audits_are_logged,
	"Statements are logged with their parameters, passwords among them: turn it off."},
};

JsonbValue *
scim_log_warnings(void)
{
	JsonbValue *list = scim_new_array();

	if (!superuser())
		return NULL;
	for (int i = 0; i < (int) lengthof(warnings); i++)
	{
		JsonbValue *warning;

		if (!differs(warnings[i].setting, warnings[i].harmless) || !warnings[i].applies())
			continue;
		warning = scim_new_object();
		scim_set_text(warning, "setting", warnings[i].setting);
		scim_set_text(warning, "value", pstrdup(setting(warnings[i].setting)));
		scim_set_text(warning, "text", warnings[i].text);
		scim_append(list, warning);
	}
	return list->val.array.nElems > 0 ? list : NULL;
}
