/*
 * patch_list.h
 *		The values of a multi-valued attribute, opened while steps of a patch go
 *		over them; and what that costs.  For patch_*.c alone.
 *
 * It stays open from one step to the next, with what was made to find values
 * in it: a thousand steps that each touch one of many values need not look at
 * all of them a thousand times.  Values that are removed keep their place, as
 * "gone", until the list is closed.
 */
#ifndef SCIM_CORE_PATCH_LIST_H
#define SCIM_CORE_PATCH_LIST_H

#include "core/finder.h"
#include "core/patch_steps.h"

/* What values are found by: a part of them, or (NULL) each as a whole. */
typedef struct ScimListKey
{
	struct ScimListKey *next;
	const ScimAttribute *part;
	bool		as_text;		/* as filters compare text: folded unless caseExact */
	ScimFinder	finder;
} ScimListKey;

struct ScimPatchList
{
	ScimPatchList *next;		/* the other lists that are open */
	const ScimSchema *extension;
	const ScimAttribute *attribute;
	JsonbValue *values;			/* a tree */
	bool	   *gone;			/* as many as there is room for */
	int			room;
	int			left;			/* those that are not gone */
	int			primary;		/* no value before that one is primary */
	bool		may_repeat;		/* a value came, or became another */
	ScimListKey *keys;
};

/* Indexes of values that were chosen, in ascending order; to be freed. */
typedef struct ScimChosen
{
	int		   *items;
	int			count;
} ScimChosen;

/*
 * Counts work (see scimver.max_patch_work), and takes interrupts: "count" values
 * that are looked at.  Error: TOO_LARGE with "path" (the operation) and "limit".
 */
extern void scim_charge(ScimPatchRun *run, int64 count);

/*
 * What it takes to look at a value, or to compare it with a filter ("folded"):
 * 1, unless it is large.
 */
extern int64 scim_value_work(const JsonbValue *value, bool folded);

/* What it takes to match values with a filter, where to look at each once takes that much. */
extern int64 scim_match_work(const ScimFilter *filter, int64 work);

/* One value that stands alone counts as one; "holder" may be NULL. */
extern ScimPatchList *scim_open_values(ScimPatchRun *run, const ScimAttribute *attribute,
									   const JsonbValue *holder);

/* Puts the values that are left into the holder; each once, where the rules say so. */
extern void scim_store_values(const ScimPatchRun *run, const ScimPatchList *list,
							  JsonbValue *holder);

extern void scim_values_append(ScimPatchRun *run, ScimPatchList *list, const JsonbValue *value);
extern void scim_values_remove(ScimPatchList *list, int index);

/* To be called when the value at an index was changed: in that part, or (NULL) in any. */
extern void scim_values_changed(ScimPatchRun *run, ScimPatchList *list, int index,
								const ScimAttribute *part);

static inline JsonbValue *
scim_values_at(const ScimPatchList *list, int index)
{
	return &list->values->val.array.elems[index];
}

extern void scim_free_chosen(ScimChosen *items);

/* All that are left. */
extern ScimChosen scim_values_all(ScimPatchRun *run, const ScimPatchList *list);

/* Those that are the same as "sought" in that part (NULL: as a whole), and perhaps some others. */
extern ScimChosen scim_values_find(ScimPatchRun *run, ScimPatchList *list,
								   const ScimAttribute *part, const JsonbValue *sought);

/* Those whose text in that part may equal a filter's. */
extern ScimChosen scim_values_find_text(ScimPatchRun *run, ScimPatchList *list,
										const ScimAttribute *part, const char *sought);

/* The member of an object, opened or not. */
extern bool scim_find_part(const JsonbValue *object, const char *name, JsonbValue *value);

#endif							/* SCIM_CORE_PATCH_LIST_H */
