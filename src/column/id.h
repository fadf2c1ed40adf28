/*
 * id.h
 *		Ids of resources, and tenants: what clients name by text, and columns
 *		hold in one of a few types.
 *
 * Outside of statements an id is its text, as the type writes it.
 */
#ifndef SCIM_COLUMN_ID_H
#define SCIM_COLUMN_ID_H

#include "postgres.h"

#include "core/spelling.h"

/* A type that ids can have. */
typedef struct ScimIdType
{
	Oid			type;			/* of parameters; varchar is compared as text */
	Oid			array;			/* of many */
	int16		length;			/* as pg_type has them */
	bool		by_value;
	char		align;
	ScimSpellId spell;			/* what core tells ids apart by */
} ScimIdType;

/* The id type of a column of that type, be it a domain; NULL: its values cannot be ids. */
extern const ScimIdType *scim_id_type(Oid type);

/*
 * The value of an id as a client names it.  False if it is nobody's.  A uuid may
 * be spelled as PostgreSQL reads it (either case, braces around it, a hyphen
 * behind any four digits, or none); a number only as it is written (no leading
 * zeros, no plus sign), and within the range; a text only as it is.
 */
extern bool scim_parse_id(const ScimIdType *type, const char *text, Datum *id);

/* Is it the text of an id, as scim_id_text writes it? */
extern bool scim_is_id(const ScimIdType *type, const char *text);

/* The text of an id; palloc'd. */
extern char *scim_id_text(const ScimIdType *type, Datum id);

/* A part of an id's text as ids are spelled: of a uuid in lower case; palloc'd. */
extern char *scim_id_part(const ScimIdType *type, const char *part);

/* The order of texts of ids in which rows are locked; in SQL it is {lock_order}. */
extern int	scim_compare_ids(const ScimIdType *type, const char *a, const char *b);

/* The ids as one array. */
extern Datum scim_id_array(const ScimIdType *type, Datum *ids, int count);

#endif							/* SCIM_COLUMN_ID_H */
