/*
 * unique_names.h
 *		Which attributes of a table's resources stand in unique indexes: who writes one may
 *		have to wait for others, and needs the strongest lock of the row.
 */
#ifndef SCIM_REGISTRY_UNIQUE_NAMES_H
#define SCIM_REGISTRY_UNIQUE_NAMES_H

#include "nodes/bitmapset.h"
#include "registry/registration.h"

typedef struct ScimUniqueNames
{
	bool		any;			/* whatever is written may be unique: an index looks into the
								 * document */
	int			indexes;		/* how many there are, beside those of ids */
	Bitmapset  *columns;		/* that stand in them, but for those of ids; numbers, less
								 * FirstLowInvalidHeapAttributeNumber */
	char	  **names;			/* of attributes, of those that they are parts of, and of
								 * extensions, as schemas spell them */
	int			count;
} ScimUniqueNames;

/* Found out once, and kept with the registration. */
extern const ScimUniqueNames *scim_unique_names(const ScimRegistration *registration);

/* Does a write of the column mean one of these? */
extern bool scim_is_in_unique_index(const ScimUniqueNames *unique, AttrNumber number);

/* Does a path, or a key, have one of the names in it, in any case?  It may well mean another. */
extern bool scim_may_name_unique(const ScimUniqueNames *unique, const char *text, int length);

#endif							/* SCIM_REGISTRY_UNIQUE_NAMES_H */
