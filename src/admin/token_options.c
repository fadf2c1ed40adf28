/*
 * token_options.c
 *		A token's options: {"subject", "scopes", "tools", "profile", "agent", "expires",
 *		"max_per_minute"}.
 */
#include "postgres.h"

#include "admin/token_options.h"
#include "base/control.h"
#include "base/errors.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/instant.h"
#include "fmgr.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/profile.h"
#include "statement/token_row.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* What is said of none. */
#define DEFAULT_LIFE "90 days"

/* So much of an agent's name is kept by the history. */
#define AGENT_BYTES 128

/* What an option that has several must be. */
#define STRINGS "an array of strings that are not empty"

/* No id of a subject is longer. */
#define MOST_ID 2000

/* ---- values ---- */

/* "what" it must be, if it is no such string. */
static char *
take_string(const char *path, const JsonbValue *value, const char *what)
{
	char	   *text;

	if (value->type != jbvString || value->val.string.len == 0)
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%-s must be %-s", path, what);
	text = scim_string_copy(value);
	if (scim_has_control(text, true))
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%-s must have no control characters", path);
	return text;
}

static char *
take_text(const char *path, const JsonbValue *value)
{
	return take_string(path, value, "a string that is not empty");
}

static List *
take_texts(const char *path, const JsonbValue *value)
{
	List	   *texts = NIL;
	ScimWalk	walk;
	JsonbValue	element;

	if (!scim_is_array(value))
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%-s must be " STRINGS, path);
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_element(&walk, &element))
		texts = lappend(texts, take_string(path, &element, STRINGS));
	if (texts == NIL)
		scim_throw_path(SCIM_BAD_PARAMETER, path, "%-s must name something", path);
	return texts;
}

/* ---- each of the options ---- */

static void
take_profile(const JsonbValue *value, ScimTokenOptions *options)
{
	options->profile = take_text("profile", value);
	if (!scim_is_profile(options->profile))
		scim_throw_no_profile(options->profile);
}

static void
take_agent(const JsonbValue *value, ScimTokenOptions *options)
{
	options->agent = take_text("agent", value);
	if (strlen(options->agent) > AGENT_BYTES)
		scim_throw_path(SCIM_BAD_PARAMETER, "agent", "agent must have at most %d bytes",
						AGENT_BYTES);
}

/* As the type's table spells it: one subject is one principal, however it was told. */
static const char *
one_spelling(const ScimResourceType *type, const char *id)
{
	const ScimRegistration *table = scim_find_table(type);
	const char *spelled = table ? table->id_type->spell(id) : NULL;

	return spelled ? spelled : id;
}

static void
take_subject(const JsonbValue *value, ScimTokenOptions *options)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	member;
	const ScimResourceType *type;

	if (!scim_is_object(value))
		scim_throw_path(SCIM_BAD_PARAMETER, "subject",
						"subject must be an object: {\"resource_type\", \"id\"}");
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, &key, &member))
	{
		if (scim_string_is(&key, "resource_type"))
			options->subject_type = take_text("subject.resource_type", &member);
		else if (scim_string_is(&key, "id"))
			options->subject_id = take_text("subject.id", &member);
		else
			scim_throw_path(SCIM_BAD_PARAMETER, "subject", "subject has no \"%s\"",
							scim_string_copy(&key));
	}
	if (options->subject_type == NULL || options->subject_id == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "subject",
						"subject must have both resource_type and id");
	type = scim_resource_type(options->subject_type);
	if (type == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "subject.resource_type",
						"there is no resource type \"%s\"", options->subject_type);
	options->subject_type = pstrdup(type->name);
	if (strlen(options->subject_id) > MOST_ID)
		scim_throw_path(SCIM_BAD_PARAMETER, "subject.id", "subject.id must have at most %d bytes",
						MOST_ID);
	options->subject_id = one_spelling(type, options->subject_id);
}

static void
take_tools(const JsonbValue *value, ScimTokenOptions *options)
{
	options->tools = take_texts("tools", value);
}

static void
take_scopes(const JsonbValue *value, ScimTokenOptions *options)
{
	int			scopes = 0;
	ListCell   *cell;

	options->scopes = take_texts("scopes", value);
	foreach(cell, options->scopes)
	{
		if (scim_scope_of(lfirst(cell)) == 0)
			scim_throw_path(SCIM_BAD_PARAMETER, "scopes",
							"there is no scope \"%s\"; there are scim, mcp and read_only",
							(char *) lfirst(cell));
		scopes |= scim_scope_of(lfirst(cell));
	}
	if (!(scopes & (SCIM_SCOPE_SCIM | SCIM_SCOPE_MCP)))
		scim_throw_path(SCIM_BAD_PARAMETER, "scopes", "scopes must have scim or mcp");
}

static Interval *
interval_of(const char *text)
{
	return DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(text),
												 ObjectIdGetDatum(InvalidOid),
												 Int32GetDatum(-1)));
}

/* So long from now on. */
static void
set_life(ScimTokenOptions *options, const char *text)
{
	options->lasts = interval_of(text);
	options->ends_at =
		DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												TimestampTzGetDatum(options->made_at),
												IntervalPGetDatum(options->lasts)));
}

/* A time, as it stands in resources, or how long it is to be good; null: for ever. */
static void
take_life(const JsonbValue *value, ScimTokenOptions *options)
{
	ScimValueType type;
	Datum		instant;
	char	   *text;

	options->lasts = NULL;
	options->ends_at = DT_NOEND;
	if (value->type == jbvNull)
		return;
	text = take_text("expires", value);
	scim_find_value_type(TIMESTAMPTZOID, -1, &type);
	if (scim_parse_instant_value(&type, text, &instant) == NULL)
	{
		options->ends_at = DatumGetTimestampTz(instant);
		options->lasts =
			DatumGetIntervalP(DirectFunctionCall2(timestamp_mi, instant,
												  TimestampTzGetDatum(options->made_at)));
	}
	else
		set_life(options, text);
	if (options->ends_at <= options->made_at)
		scim_throw_path(SCIM_BAD_PARAMETER, "expires", "expires must be still to come");
	if (scim_instant_text(options->ends_at) == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "expires",
						"expires must be before the year 10000, or null: never");
}

static void
take_rate(const JsonbValue *value, ScimTokenOptions *options)
{
	int64		rate;

	if (!scim_is_whole_number(value, &rate) || rate < 1 || rate > PG_INT32_MAX)
		scim_throw_path(SCIM_BAD_PARAMETER, "max_per_minute",
						"max_per_minute must be a number from 1 on");
	options->max_per_minute = rate;
}

/* ---- all of them ---- */

static const struct
{
	const char *name;
	void		(*take) (const JsonbValue *value, ScimTokenOptions *options);
}			known[] = {
	{"profile", take_profile},
	{"tools", take_tools},
	{"scopes", take_scopes},
	{"expires", take_life},
	{"subject", take_subject},
	{"agent", take_agent},
	{"max_per_minute", take_rate},
};

static void
take_option(const JsonbValue *key, const JsonbValue *value, ScimTokenOptions *options)
{
	for (int i = 0; i < (int) lengthof(known); i++)
	{
		if (scim_string_is(key, known[i].name))
		{
			known[i].take(value, options);
			return;
		}
	}
	scim_throw_path(SCIM_BAD_PARAMETER, "options",
					"options have no \"%s\"; there are profile, tools, scopes, expires, subject, "
					"agent and max_per_minute", scim_string_copy(key));
}

/* Who names tools means an agent, whom requests of SCIM would let past them. */
static List *
default_scopes(const ScimTokenOptions *options)
{
	return options->tools ? list_make1("mcp") : list_make2("scim", "mcp");
}

ScimTokenOptions
scim_read_token_options(Jsonb *given)
{
	ScimTokenOptions options = {.made_at = GetCurrentTimestamp()};
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	set_life(&options, DEFAULT_LIFE);
	if (given && !JB_ROOT_IS_OBJECT(given))
		scim_throw_path(SCIM_BAD_PARAMETER, "options", "options must be an object");
	if (given)
	{
		scim_walk(&walk, &given->root);
		while (scim_walk_next(&walk, &key, &value))
			take_option(&key, &value, &options);
	}
	if (options.scopes == NIL)
		options.scopes = default_scopes(&options);
	return options;
}
