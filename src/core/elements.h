/*
 * elements.h
 *		The values of a multi-valued attribute on three sides, and which of them are
 *		the same one.
 *
 * What they are told apart by is the first of these that is there and unique in each
 * value of all sides: "type"; "value", together with "type" where there is one; the
 * whole value, of which there may be many.  Texts are compared folded, as filters
 * compare them.
 */
#ifndef SCIM_CORE_ELEMENTS_H
#define SCIM_CORE_ELEMENTS_H

#include "core/finder.h"
#include "core/sides.h"
#include "lib/stringinfo.h"

typedef enum ScimIdentity
{
	SCIM_BY_TYPE,
	SCIM_BY_VALUE,
	SCIM_BY_WHOLE
} ScimIdentity;

/* One value, wherever it is. */
typedef struct ScimElement
{
	char	   *key;			/* what it is told apart by, no C string */
	int			length;
	int			count[SCIM_THREE];	/* of each side; 1 at most, unless by whole values */
	const JsonbValue *of[SCIM_THREE];	/* the last one of each; NULL: none */

	/* what becomes of it, set by the merge */
	int			wanted;			/* so many of it; at first 0 */
	int			taken;			/* so many are there already */
	JsonbValue	value;
} ScimElement;

typedef struct ScimElementSide
{
	JsonbValue *items;
	int			count;
	int		   *elements;		/* of each item, the number of its element */
} ScimElementSide;

typedef struct ScimElements
{
	ScimIdentity by;
	ScimElementSide of[SCIM_THREE];
	ScimElement *items;			/* those of the base, of theirs, of mine; each once */
	int			count;
	ScimFinder	finder;			/* by their keys */
} ScimElements;

/*
 * Appends what is the same for scalars that count as equal, and for no others: text as it
 * is ("exact"), or folded.
 */
extern void scim_append_scalar(StringInfo out, const JsonbValue *scalar, bool exact);

/* Of arrays, binary or NULL: none. */
extern void scim_read_elements(ScimElements *elements, const JsonbValue *const *arrays);

/* Has the side the same elements as the base, in the same order? */
extern bool scim_is_same_order(const ScimElements *elements, int side);

/* [type eq "work"], as brackets of a path; nothing where they go by whole values. */
extern void scim_append_brackets(StringInfo out, const ScimElements *elements,
								 const ScimElement *element);

#endif							/* SCIM_CORE_ELEMENTS_H */
