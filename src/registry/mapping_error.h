/*
 * mapping_error.h
 *		INVALID_MAPPING: what all that reads, checks and writes mappings says of one,
 *		or of a column, that is not as it must be.
 */
#ifndef SCIM_REGISTRY_MAPPING_ERROR_H
#define SCIM_REGISTRY_MAPPING_ERROR_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "base/compat.h"
#include "utils/jsonb.h"
#include "utils/relcache.h"

/*
 * INVALID_MAPPING with the relation and the column (NULL: it is about none);
 * the reason stands behind the column's name.
 */
extern SCIM_NORETURN void scim_bad_mapping(Relation relation, const char *column,
										   const char *format, ...) pg_attribute_printf(3, 4);

/* An object of JSON text; the caller made or checked it. */
extern Jsonb *scim_parse_object(const char *text, const char *what);

/* A jsonb as text. */
extern char *scim_jsonb_text(const JsonbValue *tree);

/* The column's attributes; INVALID_MAPPING where there is none of that name. */
extern const FormData_pg_attribute *scim_mapped_attribute(Relation relation, const char *column);

/* The number of a column of the relation, which must have the type: INVALID_MAPPING. */
extern AttrNumber scim_check_column(Relation relation, const char *name, Oid type);

/*
 * What is written must be so: INVALID_MAPPING for a generated column, and an
 * identity (unless "is_id"); "has_mode": it could be mapped for reading.
 */
extern void scim_check_written(Relation relation, const FormData_pg_attribute *attribute,
							   bool is_id, bool has_mode);

#endif							/* SCIM_REGISTRY_MAPPING_ERROR_H */
