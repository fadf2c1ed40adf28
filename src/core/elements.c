/*
 * elements.c
 *		Which values of a multi-valued attribute are the same one on three sides.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "core/canonical.h"
#include "core/elements.h"
#include "core/fold.h"
#include "miscadmin.h"

/* ---- what tells a value apart ---- */

void
scim_append_scalar(StringInfo out, const JsonbValue *scalar, bool exact)
{
	ScimForm	form;

	if (scalar->type == jbvString)
	{
		appendStringInfoChar(out, '"');
		if (exact)
			appendBinaryStringInfo(out, scalar->val.string.val, scalar->val.string.len);
		else
			scim_append_folded(out, scalar->val.string.val, scalar->val.string.len);
		return;
	}
	form = scim_canonical_form(scalar);
	appendBinaryStringInfo(out, form.data, form.length);
}

/* Has the object that part?  An empty type is none. */
static bool
has_part(const JsonbValue *object, const char *part, JsonbValue *value)
{
	return scim_find(object->val.binary.data, part, value) &&
		!(strcmp(part, "type") == 0 && scim_string_is(value, ""));
}

/* Appends the text of a part; false: it is none that tells anything apart. */
static bool
append_part(StringInfo out, const JsonbValue *part)
{
	if (part->type == jbvBinary || part->type == jbvNull)
		return false;
	scim_append_scalar(out, part, false);
	return true;
}

static bool
append_type(StringInfo out, const JsonbValue *object)
{
	JsonbValue	type;

	return has_part(object, "type", &type) && type.type == jbvString && append_part(out, &type);
}

/* "value", and "type" if there is one; no text holds what stands between. */
static bool
append_value(StringInfo out, const JsonbValue *object)
{
	JsonbValue	part;

	if (has_part(object, "type", &part) && !append_part(out, &part))
		return false;
	appendStringInfoChar(out, '\0');
	return has_part(object, "value", &part) && append_part(out, &part);
}

static bool
append_key(StringInfo out, ScimIdentity by, const JsonbValue *item)
{
	ScimForm	form;

	if (by != SCIM_BY_WHOLE)
		return scim_is_object(item) &&
			(by == SCIM_BY_TYPE ? append_type(out, item) : append_value(out, item));
	form = scim_canonical_form(item);
	appendBinaryStringInfo(out, form.data, form.length);
	return true;
}

/* ---- which are the same ---- */

static void *
many(int count, Size size)
{
	return palloc_extended(Max(count, 1) * size, MCXT_ALLOC_HUGE);
}

static void
add_element(ScimElements *elements, const StringInfo key)
{
	ScimElement *element = &elements->items[elements->count];

	memset(element, 0, sizeof(ScimElement));
	element->key = memcpy(palloc_extended(Max(key->len, 1), MCXT_ALLOC_HUGE), key->data, key->len);
	element->length = key->len;
}

/* The element of that key, a new one if there is none. */
static int
element_of(ScimElements *elements, const StringInfo key)
{
	uint64		hash = scim_text_hash(key->data, key->len);

	for (const ScimFound *found = scim_finder_first(&elements->finder, hash); found;
		 found = scim_finder_next(&elements->finder, found))
	{
		const ScimElement *element = &elements->items[found->item];

		if (element->length == key->len && memcmp(element->key, key->data, key->len) == 0)
			return found->item;
	}
	scim_finder_add(&elements->finder, hash, elements->count);
	add_element(elements, key);
	return elements->count++;
}

/* False: something has no key, or one that is another's, too. */
static bool
match_side(ScimElements *elements, int side, StringInfo key)
{
	ScimElementSide *array = &elements->of[side];

	for (int i = 0; i < array->count; i++)
	{
		ScimElement *element;

		CHECK_FOR_INTERRUPTS();
		resetStringInfo(key);
		if (!append_key(key, elements->by, &array->items[i]))
			return false;
		array->elements[i] = element_of(elements, key);
		element = &elements->items[array->elements[i]];
		element->of[side] = &array->items[i];
		if (++element->count[side] > 1 && elements->by != SCIM_BY_WHOLE)
			return false;
	}
	return true;
}

static bool
match_by(ScimElements *elements, ScimIdentity by, StringInfo key)
{
	elements->by = by;
	elements->count = 0;
	memset(&elements->finder, 0, sizeof(ScimFinder));
	return match_side(elements, SCIM_BASE, key) && match_side(elements, SCIM_THEIRS, key) &&
		match_side(elements, SCIM_MINE, key);
}

static void
open_side(ScimElementSide *side, const JsonbValue *array)
{
	JsonbValue *tree = array ? scim_open(array) : scim_new_array();

	side->items = tree->val.array.elems;
	side->count = tree->val.array.nElems;
	side->elements = many(side->count, sizeof(int));
}

void
scim_read_elements(ScimElements *elements, const JsonbValue *const *arrays)
{
	StringInfoData key;
	int			count = 0;

	initStringInfo(&key);
	for (int side = 0; side < SCIM_THREE; side++)
	{
		open_side(&elements->of[side], arrays[side]);
		count += elements->of[side].count;
	}
	elements->items = many(count, sizeof(ScimElement));
	if (!match_by(elements, SCIM_BY_TYPE, &key) && !match_by(elements, SCIM_BY_VALUE, &key))
		(void) match_by(elements, SCIM_BY_WHOLE, &key);
	pfree(key.data);
}

bool
scim_is_same_order(const ScimElements *elements, int side)
{
	const ScimElementSide *base = &elements->of[SCIM_BASE];
	const ScimElementSide *other = &elements->of[side];

	return base->count == other->count &&
		memcmp(base->elements, other->elements, base->count * sizeof(int)) == 0;
}

/* ---- brackets ---- */

/* part eq "text" */
static void
append_condition(StringInfo out, const JsonbValue *object, const char *part)
{
	JsonbValue	value;

	if (!has_part(object, part, &value))
		return;
	appendStringInfo(out, "%s%s eq ", out->len > 0 ? " and " : "", part);
	scim_append_json(out, &value);
}

static char *
conditions_of(const ScimElements *elements, const JsonbValue *object)
{
	StringInfoData out;

	initStringInfo(&out);
	append_condition(&out, object, "type");
	if (elements->by == SCIM_BY_VALUE)
		append_condition(&out, object, "value");
	return out.data;
}

/*
 * As the base spells it; else as the side does that spells it in less bytes, or
 * the first of the same number: whose side is which makes no difference.
 */
void
scim_append_brackets(StringInfo out, const ScimElements *elements, const ScimElement *element)
{
	const JsonbValue *const *of = element->of;
	const JsonbValue *shown = of[SCIM_BASE] ? of[SCIM_BASE] : of[SCIM_MINE] ? of[SCIM_MINE]
	: of[SCIM_THEIRS];
	char	   *conditions;

	if (elements->by == SCIM_BY_WHOLE)
		return;
	conditions = conditions_of(elements, shown);
	if (shown == of[SCIM_MINE] && of[SCIM_THEIRS])
	{
		char	   *others = conditions_of(elements, of[SCIM_THEIRS]);

		if (strcmp(others, conditions) < 0)
			conditions = others;
	}
	appendStringInfo(out, "[%s]", conditions);
}
