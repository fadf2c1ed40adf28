/*
 * merge_primary.c
 *		The one primary value of a multi-valued attribute that was merged.
 */
#include "postgres.h"

#include "core/merge_primary.h"
#include "core/value.h"
#include "miscadmin.h"

/* The first primary value of a side, or NULL; *count: how many there are. */
static const JsonbValue *
primary_of(const ScimElementSide *side, int *count)
{
	const JsonbValue *first = NULL;

	*count = 0;
	for (int i = 0; i < side->count; i++)
	{
		if (!scim_is_primary(&side->items[i]))
			continue;
		first = first ? first : &side->items[i];
		(*count)++;
	}
	return first;
}

static int
primaries_that_stay(const ScimElements *elements)
{
	int			count = 0;

	for (int i = 0; i < elements->count; i++)
	{
		const ScimElement *element = &elements->items[i];

		if (element->wanted > 0 && scim_is_primary(&element->value))
			count += element->wanted;
	}
	return count;
}

static void
take_primary_off(JsonbValue *value)
{
	JsonbValue *object = scim_open(value);

	scim_remove(object, "primary", strlen("primary"));
	*value = *object;
}

/* What is primary on that side alone stays so. */
static void
keep_primary_of(ScimElements *elements, int side)
{
	for (int i = 0; i < elements->count; i++)
	{
		ScimElement *element = &elements->items[i];
		const JsonbValue *there = element->of[side];

		CHECK_FOR_INTERRUPTS();
		if (element->wanted > 0 && scim_is_primary(&element->value) &&
			!(there && scim_is_primary(there)))
			take_primary_off(&element->value);
	}
}

void
scim_merge_primary(ScimMerging *merging, ScimElements *elements)
{
	JsonbValue	name = scim_text("primary");
	const JsonbValue *of[SCIM_THREE];
	int			count[SCIM_THREE];
	ScimMerged	decided;
	ScimMergeRule rule;
	int			back;

	for (int side = 0; side < SCIM_THREE; side++)
		of[side] = primary_of(&elements->of[side], &count[side]);
	if (count[SCIM_MINE] > 1 || count[SCIM_THEIRS] > 1 || primaries_that_stay(elements) < 2)
		return;
	back = scim_enter_part(merging, ".", &name);
	merging->asks_nobody = true;
	rule = scim_decide(merging, of, &decided);
	merging->asks_nobody = false;
	scim_leave_part(merging, back);
	keep_primary_of(elements, rule == SCIM_MERGE_MINE ? SCIM_MINE : SCIM_THEIRS);
}
