/*
 * direct_place.c
 *		Where in their tables rows were seen.
 */
#include "postgres.h"

#include "statement/direct_place.h"

typedef struct Place
{
	uint32		hash;
	ItemPointerData at;			/* not valid: there is none */
} Place;

/* By the lower bits of the hash. */
static Place places[4096];

static inline Place *
place_of(uint32 hash)
{
	return &places[hash % lengthof(places)];
}

bool
scim_recall_place(uint32 hash, ItemPointer place)
{
	const Place *known = place_of(hash);

	*place = known->at;
	return known->hash == hash && ItemPointerIsValid(place);
}

void
scim_note_place(uint32 hash, const ItemPointerData *place)
{
	*place_of(hash) = (Place)
	{
		.hash = hash,
			.at = *place
	};
}
