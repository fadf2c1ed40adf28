/*
 * order.h
 *		The order of a list (RFC 7644 section 3.4.2.3), and points in it.
 *
 * Resources are ordered by one attribute and, where it is the same, by id.
 * Those without a value come last in ascending order, first in descending: they
 * are a phase of their own, as are those with a value, so that each phase can
 * be read off an index.
 */
#ifndef SCIM_QUERY_ORDER_H
#define SCIM_QUERY_ORDER_H

#include "core/rules.h"
#include "query/attribute_sql.h"
#include "statement/sql.h"
#include "utils/jsonb.h"

typedef enum ScimPhase
{
	SCIM_PHASE_ALL,				/* no attribute: the order is that of ids */
	SCIM_PHASE_VALUES,			/* with a value */
	SCIM_PHASE_MISSING			/* without one */
} ScimPhase;

typedef struct ScimOrder
{
	const char *path;			/* of the attribute, or NULL */
	const ScimAttribute *attribute; /* that it leads to, or NULL */
	ScimAttributeSql key;
	Oid			key_type;		/* of its values */
	bool		by_id;			/* the attribute is the id: SCIM_PHASE_ALL */
	bool		by_column;		/* they are those of a mapped column, key.column */
	bool		descending;
	ScimPhase	phases[2];		/* in their order */
	int			phase_count;
} ScimOrder;

/* The point in a list that a row is at. */
typedef struct ScimListPoint
{
	ScimPhase	phase;
	Datum		key;			/* of SCIM_PHASE_VALUES: of the type of the order's key */
	char	   *id;
} ScimListPoint;

/*
 * Reads what a caller asks for (each may be NULL).  Errors: INVALID_PATH
 * (unknown, complex), SENSITIVE, INVALID_VALUE (sort_order).
 */
extern void scim_read_order(const ScimRegistration *registration, const ScimRules *rules,
							const char *sort_by, const char *sort_order, ScimOrder *order);

/*
 * The same for one of several types; false: its resources have no value to be ordered by, and
 * come by their ids.  Errors: SENSITIVE, INVALID_VALUE (sort_order).
 */
extern bool scim_try_order(const ScimRegistration *registration, const char *sort_by,
						   const char *sort_order, ScimOrder *order);

/*
 * What a row is ordered by, as JSON (an instant as microseconds), whatever the session's
 * settings.
 */
extern JsonbValue scim_order_value(const ScimOrder *order, Datum key);

/*
 * Appends the condition that a row is in the phase, and (point not NULL) behind
 * the point: " AND ...", or nothing.
 */
extern void scim_append_phase(ScimSql *sql, const ScimRegistration *registration,
							  const ScimOrder *order, ScimPhase phase, const ScimListPoint *point);

/* Appends the ORDER BY clause of a phase. */
extern void scim_append_order(ScimSql *sql, const ScimRegistration *registration,
							  const ScimOrder *order, ScimPhase phase);

/* A point as jsonb, and back: false if it is none of this order. */
extern Jsonb *scim_write_point(const ScimOrder *order, const ScimListPoint *point);
extern bool scim_read_point(const ScimRegistration *registration, const ScimOrder *order,
							Jsonb *state, ScimListPoint *point);

#endif							/* SCIM_QUERY_ORDER_H */
