/*
 * bulk.h
 *		A BulkRequest (RFC 7644 section 3.7.1 and 3.7.2), read: what each operation asks for,
 *		and what is wrong with it.
 *
 * What is wrong with one operation is that one's answer, and no error of the others.
 */
#ifndef SCIM_CORE_BULK_H
#define SCIM_CORE_BULK_H

#include "postgres.h"

#include "core/rules.h"
#include "utils/jsonb.h"

typedef enum ScimBulkMethod
{
	SCIM_BULK_OTHER,			/* none of these: there is a fault */
	SCIM_BULK_POST,
	SCIM_BULK_PUT,
	SCIM_BULK_PATCH,
	SCIM_BULK_DELETE
} ScimBulkMethod;

/* What is wrong with an operation, as its answer says it. */
typedef struct ScimBulkFault
{
	int			status;			/* 400 */
	const char *scim_type;		/* NULL: none */
	const char *detail;
} ScimBulkFault;

typedef struct ScimBulkOperation
{
	const char *given_method;	/* as it is answered, cut as in errors; NULL: none was given, or no
								 * string */
	ScimBulkMethod method;
	const char *bulk_id;		/* the same; malformed ones, which have a fault, too */
	const char *path;			/* begins with a slash; NULL: there is a fault */
	const char *version;		/* without W/ and quotes; NULL: none */
	Jsonb	   *data;			/* an object; NULL: of a DELETE, or there is a fault */
	const ScimBulkFault *fault; /* NULL: it is well formed */
} ScimBulkOperation;

typedef struct ScimBulk
{
	ScimBulkOperation *operations;
	int			count;
	int			fail_on_errors; /* so many errors end it; 0: however many */
} ScimBulk;

/*
 * Reads a message, or ("bare" is allowed) an array that stands for its Operations.  Palloc'd in
 * the current context.
 *
 * Errors, of the request as a whole: INVALID_SYNTAX (no object, schemas, Operations no array or
 * empty, an unknown member, which the rule loose_envelope lets pass), INVALID_VALUE
 * (failOnErrors), TOO_LARGE (more than "most" operations; the limit stands in the text).
 */
extern ScimBulk *scim_read_bulk(const ScimRules *rules, Jsonb *request, bool bare, int most);

/* The fault with that text (the format is that of scim_phrase); palloc'd. */
extern const ScimBulkFault *scim_bulk_fault(int status, const char *scim_type, const char *format,
											...) pg_attribute_printf(3, 4);

#endif							/* SCIM_CORE_BULK_H */
