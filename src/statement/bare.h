/*
 * bare.h
 *		The columns of a row as it is read: what {bare} stands for in statements.
 */
#ifndef SCIM_STATEMENT_BARE_H
#define SCIM_STATEMENT_BARE_H

#include "registry/registration.h"

/* In their order; the mapped ones stand behind them. */
enum
{
	SCIM_AT_ID,
	SCIM_AT_DATA,
	SCIM_AT_VERSION,
	SCIM_AT_REVISION,
	SCIM_AT_CREATED,
	SCIM_AT_LAST_MODIFIED,
	SCIM_AT_MEMBER_COUNT,
	SCIM_AT_MEMBER_DIGEST
};

/* The same as columns of registrations; where a table has none of them, it is NULL. */
extern const ScimColumn scim_bare[SCIM_AT_MEMBER_DIGEST + 1];

/* How many there are before the mapped ones. */
static inline int
scim_bare_columns(const ScimRegistration *registration)
{
	return registration->type->has_members ? SCIM_AT_MEMBER_DIGEST + 1 : SCIM_AT_MEMBER_COUNT;
}

/* And with them. */
static inline int
scim_bare_count(const ScimRegistration *registration)
{
	return scim_bare_columns(registration) + registration->mapped_count;
}

/* The number in the table of the one at that place; InvalidAttrNumber: it is NULL. */
static inline AttrNumber
scim_bare_number(const ScimRegistration *registration, int place)
{
	int			mapped = place - scim_bare_columns(registration);

	return mapped < 0 ? registration->numbers[scim_bare[place]]
		: registration->mapped[mapped].number;
}

#endif							/* SCIM_STATEMENT_BARE_H */
