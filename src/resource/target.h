/*
 * target.h
 *		What an operation is about: the table of a resource type, and a tenant;
 *		and the errors that all operations share.
 *
 * Of all operations, "type" is the resource type's name, "tenant" NULL for the
 * session's, "id" the resource's id as the client gave it.  Everything runs with
 * the caller's rights.  Errors: NOT_REGISTERED, TENANT_FORBIDDEN, and as said.
 */
#ifndef SCIM_RESOURCE_TARGET_H
#define SCIM_RESOURCE_TARGET_H

#include "base/compat.h"
#include "base/errors.h"
#include "core/projection.h"
#include "core/rules.h"
#include "registry/registration.h"
#include "resource/row.h"
#include "resource/view.h"
#include "statement/statement.h"

typedef struct ScimTarget
{
	const ScimRegistration *table;
	const ScimResourceType *type;
	char	   *tenant;
	const ScimRules *rules;		/* of the profile in force */
	const ScimProjection *projection;	/* of what is shown */
	MemoryContext caller;		/* where results are to live */
	bool		has_snapshot;	/* of its own: scim_finish_read takes it off */
} ScimTarget;

/*
 * NOT_REGISTERED, of the type of that name (NULL: of all types); "path" says where the name
 * stands, if it is not the parameter resource_type (else NULL).
 */
extern SCIM_NORETURN void scim_throw_not_registered(const char *type, const char *path);

/*
 * Begins an operation: SPI, the table, the tenant.  NOT_REGISTERED,
 * TENANT_FORBIDDEN (scimver.only_tenant), INVALID_ARGUMENT (scimver.profile).
 */
extern void scim_begin(ScimTarget *target, const char *type, const char *tenant);

/*
 * The same for an operation that reads, all of it under one snapshot: the
 * caller's, or (fresh) one that sees what was written before.  A table that was
 * rewritten since the caller's snapshot was taken would look empty under it.
 */
extern void scim_begin_read(ScimTarget *target, const char *type, const char *tenant, bool fresh);
extern void scim_finish_read(const ScimTarget *target);

/* What an operation on all types is about. */
typedef struct ScimTargets
{
	ScimTarget *targets;		/* by the names of their types */
	int			count;
	/* theirs, and behind them those whose table is none for the caller, or for the tenant */
	const ScimResourceType **types;
	int			type_count;
	MemoryContext caller;
	bool		has_snapshot;
} ScimTargets;

/*
 * The same on all types whose table can hold the tenant, and whose rows the caller may read;
 * there is one, or the errors of scim_begin, or PERMISSION_DENIED.
 */
extern void scim_begin_read_all(ScimTargets *targets, const char *tenant, bool fresh);
extern void scim_finish_read_all(const ScimTargets *targets);

/* The same of what is in no such table: SPI, and, if fresh, a new snapshot. */
extern void scim_begin_reading(bool fresh);
extern void scim_finish_reading(bool fresh);

/*
 * The same for an operation that writes; its schemas stay as they are until the
 * end of the transaction.
 */
extern void scim_begin_write(ScimTarget *target, const char *type, const char *tenant);

/*
 * Reads what the caller wants to see (NULL: the default);
 * INVALID_VERSION_FORMAT, and as scim_read_projection.
 */
extern void scim_take_view(ScimTarget *target, const ScimView *view);

/* The id as the table's type writes it; NOT_FOUND if it is nobody's. */
extern char *scim_take_id(const ScimTarget *target, const char *id);

/*
 * An id of the type, or of a member, in the one spelling in which it is shown;
 * what can be none as it is.  Palloc'd.
 */
extern char *scim_store_id(const char *type, const char *id);
extern char *scim_store_member_id(const char *id);

/* How ids are spelled that the type's resources name. */
extern ScimIds scim_target_ids(const ScimTarget *target);

/* NOT_FOUND of the type, or TENANT_FORBIDDEN where that is the reason. */
extern SCIM_NORETURN void scim_throw_not_found(const ScimTarget *target, const char *id);

/*
 * The same, or that it may not be "updated", "deleted", where a row that is
 * there could not be locked for that.
 */
extern SCIM_NORETURN void scim_throw_not_locked(const ScimTarget *target, const char *id,
												const char *what);

/*
 * The version that is expected: NULL for none, and for "*", which every resource
 * that exists has (RFC 9110 section 13.1.1).  INVALID_VERSION_FORMAT.
 */
extern const char *scim_read_expected(const char *expected);

/* VERSION_MISMATCH, with the fields that each has; and raised, with what else it was given. */
extern ScimError *scim_mismatch(const ScimTarget *target, ScimErrorCode situation, const char *id,
								const char *expected, const char *current);
extern SCIM_NORETURN void scim_throw_mismatch(ScimError *mismatch);

/* The row is locked and has the version, and still no row was "updated", "deleted". */
extern SCIM_NORETURN void scim_throw_suppressed(const ScimTarget *target, const char *what);

/*
 * Writes were made: the row as it is shown, with what other rows tell of it read
 * under a new snapshot.  all_groups: the row knows all of a user's groups then.
 */
extern Jsonb *scim_show_written(const ScimTarget *target, ScimRow *row, bool all_groups);

/* Is there a resource of that id?  Its row is read into "row", unless that is NULL. */
extern bool scim_fetch(const ScimTarget *target, const char *id, bool read_only, ScimRow *row);

/* Statements on a row (tenant, id): it is read; it is locked, FOR NO KEY UPDATE. */
extern const ScimStatement scim_get_statement;
extern const ScimStatement scim_lock_statement;

/*
 * Locks the row by such a statement; fills a NULL version, or computes it.  False
 * if there is none.
 */
extern bool scim_lock_row(const ScimTarget *target, const ScimStatement *statement, const char *id,
						  ScimRow *row);

#endif							/* SCIM_RESOURCE_TARGET_H */
