/*
 * merge_compute.c
 *		What a rule computes of a value that both sides changed: counter, max, min.
 *
 * What comes out is the same in whatever order writers come: a sum, or the first
 * of an order in which no two values are equal.
 */
#include "postgres.h"

#include "core/canonical.h"
#include "core/merge_compute.h"
#include "core/sides.h"
#include "core/simple.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/* ---- counters ---- */

static bool
is_number(const JsonbValue *value)
{
	return value && value->type == jbvNumeric;
}

static bool
is_number_or_none(const JsonbValue *value)
{
	return value == NULL || value->type == jbvNumeric;
}

static Datum
number_of(const JsonbValue *value)
{
	return value ? NumericGetDatum(value->val.numeric) : NumericGetDatum(int64_to_numeric(0));
}

/* base + (mine - base) + (theirs - base) */
static bool
count(const JsonbValue *const *of, JsonbValue *result)
{
	Datum		sum;

	if (!is_number_or_none(of[SCIM_BASE]) || !is_number(of[SCIM_MINE]) ||
		!is_number(of[SCIM_THEIRS]))
		return false;
	sum = DirectFunctionCall2(numeric_add, number_of(of[SCIM_MINE]), number_of(of[SCIM_THEIRS]));
	sum = DirectFunctionCall2(numeric_sub, sum, number_of(of[SCIM_BASE]));
	result->type = jbvNumeric;
	result->val.numeric = DatumGetNumeric(sum);
	return scim_can_be_content(result);
}

/* ---- max, min ---- */

static bool
read_instant(const JsonbValue *value, int64_t *instant)
{
	return value && value->type == jbvString &&
		scim_read_datetime(value->val.string.val, value->val.string.len, instant);
}

static bool
can_be_ordered(const JsonbValue *value)
{
	int64_t		instant;

	return is_number(value) || read_instant(value, &instant);
}

static int
compare_bytes(const JsonbValue *a, const JsonbValue *b)
{
	int			order = memcmp(a->val.string.val, b->val.string.val,
							   Min(a->val.string.len, b->val.string.len));

	return order != 0 ? order : a->val.string.len - b->val.string.len;
}

/*
 * Two numbers, or two dateTimes as instants; false: they are not.  *alike: texts of
 * the same instant.
 */
static bool
compare(const JsonbValue *a, const JsonbValue *b, int *order, bool *alike)
{
	int64_t		instant_a;
	int64_t		instant_b;

	*alike = false;
	if (is_number(a) && is_number(b))
	{
		*order = DatumGetInt32(DirectFunctionCall2(numeric_cmp, number_of(a), number_of(b)));
		return true;
	}
	if (!read_instant(a, &instant_a) || !read_instant(b, &instant_b))
		return false;
	*alike = instant_a == instant_b;
	*order = *alike ? compare_bytes(a, b) : instant_a < instant_b ? -1 : 1;
	return true;
}

/* Of the same instant, the larger text is taken for either rule. */
static bool
outermost(const JsonbValue *mine, const JsonbValue *theirs, bool largest, JsonbValue *result)
{
	int			order;
	bool		alike;

	if (!compare(mine, theirs, &order, &alike))
		return false;
	*result = (largest || alike ? order > 0 : order < 0) ? *mine : *theirs;
	return true;
}

/* ---- both ---- */

bool
scim_is_taken_away(ScimMergeRule rule, const JsonbValue *const *of)
{
	const JsonbValue *left = of[SCIM_MINE] ? of[SCIM_MINE] : of[SCIM_THEIRS];

	if (of[SCIM_MINE] && of[SCIM_THEIRS])
		return false;
	return rule == SCIM_MERGE_COUNTER ? is_number_or_none(of[SCIM_BASE]) && is_number_or_none(left)
		: can_be_ordered(left);
}

bool
scim_compute_merged(ScimMergeRule rule, const JsonbValue *const *of, JsonbValue *result)
{
	if (rule == SCIM_MERGE_COUNTER)
		return count(of, result);
	return outermost(of[SCIM_MINE], of[SCIM_THEIRS], rule == SCIM_MERGE_MAX, result);
}
