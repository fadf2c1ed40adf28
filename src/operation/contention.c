/*
 * contention.c
 *		Whether a write of a resource will be disturbed.
 */
#include "postgres.h"

#include <math.h>

#include "base/jsonb_tree.h"
#include "history/pace.h"
#include "history/rights.h"
#include "operation/contention.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* A read tells of what was written within so many milliseconds, and by others so many times. */
#define HOT_MS 60000
#define HOT_WRITES 3

/* ---- as JSON ---- */

static void
set_rounded(JsonbValue *object, const char *key, double value, int decimals)
{
	int64		units = (int64) rint(value * pow(10, decimals));
	JsonbValue	number = {.type = jbvNumeric};

	/* 0.5, not 0.500 */
	for (; decimals > 0 && units % 10 == 0; decimals--)
		units /= 10;
	number.val.numeric = int64_div_fast_to_numeric(units, decimals);
	scim_set_value(object, key, &number);
}

static JsonbValue *
probabilities(const ScimPace *pace)
{
	JsonbValue *object = scim_new_object();

	set_rounded(object, "10", scim_conflict_probability(pace, 10), 3);
	set_rounded(object, "60", scim_conflict_probability(pace, 60), 3);
	set_rounded(object, "300", scim_conflict_probability(pace, 300), 3);
	return object;
}

/* What a read tells of it, and whoever asks. */
static void
add_forecast(JsonbValue *object, const ScimPace *pace)
{
	set_rounded(object, "writes_per_minute", 60 * pace->rate, 2);
	scim_set_value(object, "conflict_probability", probabilities(pace));
	scim_set_text(object, "advice", scim_advice_word(pace->advice));
}

/* ---- asked for ---- */

static JsonbValue *
show_pace(const ScimRegistration *table, const ScimPace *pace)
{
	JsonbValue *object = scim_new_object();

	scim_set_integer(object, "window_seconds", SCIM_PACE_WINDOW);
	scim_set_integer(object, "writes", pace->writes);
	scim_set_integer(object, "writers", pace->writers);
	scim_set_integer(object, "conflicts", pace->conflicts);
	add_forecast(object, pace);
	scim_set_text(object, "reason", table->history ? scim_advice_reason(pace)
				  : "its table keeps no history: nobody knows who writes it");
	return object;
}

Jsonb *
scim_store_contention(const char *type, const char *tenant, const char *given)
{
	ScimTarget	target;
	ScimPace	pace = {0};
	const char *id;
	Jsonb	   *result;

	scim_begin_read(&target, type, tenant, false);
	scim_check_history(target.table, target.tenant);
	id = scim_take_id(&target, given);
	if (!scim_fetch(&target, id, true, NULL))
		scim_throw_not_found(&target, given);
	if (target.table->history)
		scim_measure_pace(target.table, target.tenant, id, &pace);
	result = scim_write_in(target.caller, show_pace(target.table, &pace));
	scim_finish_read(&target);
	return result;
}

/* ---- told beside a read ---- */

static bool
is_hot(TimestampTz last_modified)
{
	return last_modified > TimestampTzPlusMilliseconds(GetCurrentTimestamp(), -HOT_MS);
}

JsonbValue *
scim_contention_of_read(const char *type, const ScimRead *read)
{
	const ScimRegistration *table;
	ScimPace	pace;
	JsonbValue *object;

	if (!is_hot(read->last_modified))
		return NULL;
	table = scim_find_table(scim_resource_type(type));
	if (table == NULL || !table->history || !scim_sees_history(table, read->tenant) ||
		!scim_glance_at_pace(table, read->tenant, read->id, HOT_WRITES, &pace))
		return NULL;
	object = scim_new_object();
	add_forecast(object, &pace);
	return object;
}
