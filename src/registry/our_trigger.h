/*
 * our_trigger.h
 *		Which triggers are ours: decided here, for everybody.
 *
 * Never by the name, which anybody can give to a trigger of theirs.
 */
#ifndef SCIM_REGISTRY_OUR_TRIGGER_H
#define SCIM_REGISTRY_OUR_TRIGGER_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "base/compat.h"
#include "fmgr.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"
#include "utils/reltrigger.h"

/* What our triggers keep; sets of kinds are the sum of them. */
typedef enum ScimTriggerKind
{
	SCIM_ROW_KIND = 0x01,		/* scim_row_trigger(resource type, mapping [, options]) */
	SCIM_MEMBERS_KIND = 0x02,	/* scim_members_trigger(resource type, mapping [, options]) */
	SCIM_DELETE_KIND = 0x04,	/* scim_delete_trigger(resource type) */
	SCIM_HISTORY_KIND = 0x08,	/* scim_history_trigger(resource type) */
	SCIM_LEASE_KIND = 0x10		/* scim_lease_trigger(resource type) */
} ScimTriggerKind;

#define SCIM_ANY_KIND \
	(SCIM_ROW_KIND | SCIM_MEMBERS_KIND | SCIM_DELETE_KIND | SCIM_HISTORY_KIND | SCIM_LEASE_KIND)

/*
 * What they are called when they are made; "~" sorts behind all that people name
 * theirs, "!" before that: a change is recorded before other triggers make further
 * ones, or a foreign key takes away what belonged to the row.
 */
#define SCIM_ROW_TRIGGER		"~~~scimver"
#define SCIM_MEMBERS_TRIGGER	"~~~scimver_members"
#define SCIM_DELETE_TRIGGER		"~~~scimver_delete"
#define SCIM_HISTORY_TRIGGER	"!!!scimver_history"
#define SCIM_LEASE_TRIGGER		"~~~scimver_lease"

/* Those whose arguments name columns. */
#define SCIM_MAPPED_KINDS (SCIM_ROW_KIND | SCIM_MEMBERS_KIND)

/* The arguments; what is behind the mapping may not be there. */
#define SCIM_TYPE_ARGUMENT 0
#define SCIM_MAPPING_ARGUMENT 1
#define SCIM_OPTIONS_ARGUMENT 2

/*
 * The kind of a trigger: by its function, which is this extension's, and by
 * what it hands to it.  0: it is none of ours, whatever it is called.
 */
extern int	scim_trigger_kind(const Trigger *trigger);

/*
 * The function of a kind of triggers.  InvalidOid: the database is still at a
 * version of the extension that has none.
 */
extern Oid	scim_trigger_function(ScimTriggerKind kind);

/*
 * A trigger as pg_trigger has it, in the current memory context; of its columns
 * only how many there are.
 */
extern Trigger *scim_read_trigger(HeapTuple tuple, TupleDesc descriptor);

/*
 * The triggers of these kinds that the relation has, as the catalog tells, in
 * the order of their names; the relation need not be locked, nor be there any
 * more.  List of Trigger *.
 */
extern List *scim_triggers_of(Oid relid, int kinds);

extern bool scim_has_triggers(Oid relid, int kinds);

/* 39P01, as of every trigger function: one of ours, of that name, was not called by a trigger. */
extern void scim_check_called(FunctionCallInfo fcinfo, const char *function);

/* One of our functions was called by a trigger that is none of ours: INVALID_MAPPING. */
extern SCIM_NORETURN void scim_refuse_trigger(Relation relation, const Trigger *trigger);

#endif							/* SCIM_REGISTRY_OUR_TRIGGER_H */
