/*
 * mapping.h
 *		The parts of a mapping: what stands in it for a column, the columns with a
 *		meaning of their own, the attributes that have columns.
 *
 * For the files that read, check and write mappings; others see the result, a
 * ScimRegistration.
 */
#ifndef SCIM_REGISTRY_MAPPING_H
#define SCIM_REGISTRY_MAPPING_H

#include "base/compat.h"
#include "nodes/pg_list.h"
#include "registry/registration.h"

/* INVALID_MAPPING with the relation and the column (NULL: it is about none); the reason stands behind the column's name. */
extern SCIM_NORETURN void scim_bad_mapping(Relation relation, const char *column, const char *format,...)
			pg_attribute_printf(3, 4);

/* An object of JSON text; the caller made or checked it. */
extern Jsonb *scim_parse_object(const char *text, const char *what);

/* A jsonb as text. */
extern char *scim_jsonb_text(const JsonbValue *tree);

/* ---- what stands for a column: its name, or an object ---- */

/* The members that an object may have beside "column". */
#define SCIM_WORD_FORMAT	0x01
#define SCIM_WORD_MODE		0x02
#define SCIM_WORD_VALUES	0x04
#define SCIM_WORD_COMPARE	0x08

typedef struct ScimColumnWords
{
	char	   *column;
	ScimFormat	format;
	bool		read_only;
	JsonbContainer *values;		/* {code: value}, or NULL */
	bool		has_compare;
	ScimCompare compare;
} ScimColumnWords;

/* What the mapping says under a key (a path of an attribute); "allowed": SCIM_WORD_...; 0: only a name. */
extern void scim_read_column_words(Relation relation, const char *key, const JsonbValue *value, int allowed,
								   ScimColumnWords *words);

extern const char *scim_compare_name(ScimCompare compare);

/* The column's attributes; INVALID_MAPPING where there is none of that name. */
extern const FormData_pg_attribute *scim_mapped_attribute(Relation relation, const char *column);

/* What is written must be so: INVALID_MAPPING for a generated column, and an identity (unless "is_id"); "has_mode": it could be mapped for reading. */
extern void scim_check_written(Relation relation, const FormData_pg_attribute *attribute, bool is_id, bool has_mode);

/* ---- attributes ---- */

/* Reads "attributes" into registration->mapped. */
extern void scim_read_mapped_columns(ScimRegistration *registration, Relation relation, JsonbContainer *attributes);

/*
 * Resolves a path of a mapping, with its text in the one form that it is stored
 * in: as the schemas spell it, conditions in order.  INVALID_MAPPING.
 */
extern char *scim_mapped_path(const ScimResourceType *type, Relation relation, const char *text, ScimPath *path);

/* One of the conditions of a slot, attr[sub eq constant and ...].sub. */
typedef struct ScimSlotConstant
{
	const ScimAttribute *sub;
	JsonbValue	value;
} ScimSlotConstant;

/* The constants of a path's filter, List of ScimSlotConstant in the order of the subs' names. */
extern List *scim_slot_constants(const ScimPath *path);

/* Is it text that can be compared in other ways than the column itself does? */
extern bool scim_has_compare(const ScimMappedColumn *column);

#endif							/* SCIM_REGISTRY_MAPPING_H */
