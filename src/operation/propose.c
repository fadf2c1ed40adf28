/*
 * propose.c
 *		Changes that are only proposed, whatever policy there is.
 *
 * Nothing is written: the row is read, and not locked, and who may read it may propose.  That
 * others change it meanwhile is found out when it is applied.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "decision/proposal.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/create.h"
#include "operation/patch.h"
#include "operation/propose.h"
#include "operation/proposing.h"
#include "operation/report.h"
#include "operation/update.h"
#include "statement/tenant.h"
#include "statement/works_in.h"

typedef enum Kind
{
	PATCH,
	UPDATE,
	CREATE,
	DELETE
} Kind;

static const char *const kind_keys[] = {
	[UPDATE] = "update", [CREATE] = "create", [DELETE] = "delete"
};

/* *content: of an update or a create. */
static Kind
read_kind(Jsonb *operations, Jsonb **content)
{
	JsonbValue	value;

	*content = operations;
	if (!JB_ROOT_IS_OBJECT(operations) || JB_ROOT_COUNT(operations) != 1)
		return PATCH;
	for (Kind kind = UPDATE; kind <= DELETE; kind++)
	{
		if (!scim_find(&operations->root, kind_keys[kind], &value))
			continue;
		if (kind == DELETE && !(value.type == jbvBool && value.val.boolean))
			scim_throw_path(SCIM_BAD_PROPOSAL, "operations", "\"delete\" must be true");
		if (kind != DELETE)
			*content = scim_write(&value);
		return kind;
	}
	return PATCH;
}

static void
check_depth(const ScimProposal *parent)
{
	if (parent && parent->depth >= SCIM_MOST_COUNTERS)
		scim_throw_path(SCIM_BAD_PARAMETER, "operations",
						"a proposal counters %d others at most, one after the other",
						SCIM_MOST_COUNTERS);
}

static void
check_kind(Kind kind, const ScimWriteOptions *options)
{
	if (options->id == NULL && kind != CREATE)
		scim_throw_path(SCIM_BAD_PROPOSAL, "operations",
						"without an id, operations must be {\"create\": {...}}");
	if (options->id && kind == CREATE)
		scim_throw_path(SCIM_BAD_PROPOSAL, "operations",
						"what has an id cannot be created: id must be null");
	if (kind == UPDATE && options->counters == NULL)
		scim_throw_path(SCIM_BAD_PROPOSAL, "operations", "operations must be those of a patch");
}

static void
propose_delete(const ScimWriteOptions *options, ScimWriteResult *result)
{
	ScimTarget	target;
	ScimRow		row;

	memset(result, 0, sizeof(ScimWriteResult));
	(void) scim_read_expected(options->expected);
	scim_begin_write(&target, options->type, options->tenant);
	scim_see_row(&target, scim_take_id(&target, options->id), options->id, &row);
	scim_propose_delete(&target, options, &row, result);
	SPI_finish();
}

/* Of what is yet to be created there is no row that tells who may see it. */
static void
check_works_in(const ScimTarget *target)
{
	scim_check_privilege(target->table, ACL_SELECT);
	if (!scim_works_with(target->table, target->tenant))
		scim_check_granted(target->tenant);
}

static void
prepare(ScimWrite *write, Kind kind, Jsonb *content)
{
	switch (kind)
	{
		case CREATE:
			check_works_in(&write->target);
			scim_prepare_create(write, content);
			break;
		case UPDATE:
			scim_prepare_update(write, content);
			break;
		default:
			scim_prepare_patch(write, content);
	}
}

static void
propose_write(Kind kind, const ScimWriteOptions *options, Jsonb *content, ScimWriteResult *result)
{
	static const struct
	{
		ScimOperation operation;
		void		(*body) (void *write);
	}			ways[] = {
		[PATCH] = {SCIM_PATCHES, scim_write_patch},
		[UPDATE] = {SCIM_UPDATES, scim_write_replace},
		[CREATE] = {SCIM_CREATES, scim_write_create}
	};
	ScimWrite	write;

	scim_write_begin(&write, ways[kind].operation, options, result);
	write.proposes = SCIM_PROPOSES_ALWAYS;
	write.call.only_proposes = true;
	write.merges = write.expected != NULL;
	write.rules = scim_read_merge_rules(write.target.type, NULL);
	prepare(&write, kind, content);
	/* before it is compared with what is there */
	scim_refuse_hidden(&write);
	scim_write_run(&write, ways[kind].body);
	if (!result->proposed)
		scim_throw_path(SCIM_PROPOSES_NOTHING, "operations",
						"the operations change nothing of the %s", write.target.type->name);
}

void
scim_store_propose(const ScimWriteOptions *options, Jsonb *operations, ScimWriteResult *result)
{
	Jsonb	   *content;
	Kind		kind = read_kind(operations, &content);

	PreventCommandIfReadOnly("scim_propose_change()");
	scim_check_reason(options->reason);
	check_depth(options->counters);
	check_kind(kind, options);
	if (kind == DELETE)
		propose_delete(options, result);
	else
		propose_write(kind, options, content, result);
}
