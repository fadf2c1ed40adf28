/*
 * repeat.c
 *		Writes of a resource that a client may repeat: what is remembered of each, and what is
 *		answered when it comes again.
 *
 * A repetition reads, and writes nothing.  It is shown what a write would show, as it is now:
 * others may have changed it since.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "operation/proposals.h"
#include "operation/repeat.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/member_sum.h"
#include "resource/show.h"
#include "resource/target.h"
#include "resource/version.h"
#include "statement/tenant.h"
#include "utils/inval.h"

/* ---- what is remembered ---- */

typedef struct Write
{
	const ScimWriteOptions *options;
	void		(*work) (void *argument);
	void	   *argument;
	const ScimWriteResult *result;
} Write;

static const char *
text_in(Jsonb *object, const char *name)
{
	JsonbValue	value;

	return scim_find(&object->root, name, &value) && value.type == jbvString
		? scim_string_copy(&value)
		: NULL;
}

static JsonbValue *
run_write(void *argument)
{
	const Write *write = argument;
	JsonbValue *made = scim_new_object();

	write->work(write->argument);
	if (write->result->proposed)
		scim_set_optional_text(made, "proposal_id", text_in(write->result->resource,
															"proposal_id"));
	else
	{
		scim_set_text(made, "resource_type", write->options->type);
		scim_set_optional_text(made, "id", text_in(write->result->resource, "id"));
	}
	return made;
}

/* ---- what is answered then ---- */

static SCIM_NORETURN void throw_gone(const ScimTarget *target, const char *id);

static void
throw_gone(const ScimTarget *target, const char *id)
{
	ScimError  *error;

	scim_check_tenant(target->table, target->tenant);
	error = scim_error(target->type->not_found);
	scim_error_text(error, "resource_type", target->type->name);
	scim_error_text(error, "resource_id", id);
	scim_error_hint(error, scim_hint(SCIM_MADE_IS_GONE));
	scim_throw(error, "%s \"%s\", which this call wrote before, is not there any more",
			   target->type->name, id);
}

static void
show_resource(const ScimWriteOptions *options, const char *id, ScimWriteResult *result)
{
	ScimTarget	target;
	ScimRow		row;

	scim_begin_read(&target, options->type, options->tenant, true);
	scim_take_view(&target, options->view);
	if (!scim_fetch(&target, scim_take_id(&target, id), true, &row))
		throw_gone(&target, id);
	result->resource = scim_show_rows(target.table, target.tenant, &row, 1, SCIM_SHOWN_MEMBERS,
									  target.projection, target.caller)[0];
	result->version = MemoryContextStrdup(target.caller, row.version);
	if (options->report && target.type->has_members)
	{
		scim_know_members(target.table, target.tenant, &row, true);
		result->member_count = row.members.count;
	}
	scim_finish_read(&target);
}

static void
show_proposal(const char *text, ScimWriteResult *result)
{
	pg_uuid_t	id;

	if (!scim_parse_uuid(text, &id))
		elog(ERROR, "a key has no proposal \"%s\"", text);
	result->resource = scim_store_get_proposal(&id, true);
	result->proposed = true;
}

static void
answer_again(const ScimWriteOptions *options, Jsonb *made, ScimWriteResult *result)
{
	const char *proposal = text_in(made, "proposal_id");
	const char *id = text_in(made, "id");

	memset(result, 0, sizeof(ScimWriteResult));
	result->repeated = true;
	if (proposal)
		show_proposal(proposal, result);
	else if (id)
		show_resource(options, id, result);
	else
		elog(ERROR, "a key has nothing that its call made");
}

/* ---- the write ---- */

void
scim_write_once(ScimOnce *once, const ScimWriteOptions *options, void (*work) (void *argument),
				void *argument, ScimWriteResult *result)
{
	Write		write = {options, work, argument, result};
	const ScimRegistration *table = NULL;
	Jsonb	   *made;

	if (once->key)
	{
		/* what was registered a moment ago is heard of where the table is locked: later */
		AcceptInvalidationMessages();
		table = scim_find_table(scim_resource_type(options->type));
	}
	if (table == NULL)
	{
		work(argument);
		return;
	}
	once->tenant = scim_tenant_of(table, options->tenant);
	scim_set_text(once->arguments, "resource_type", table->type->name);
	made = scim_run_once(once, run_write, &write);
	if (made)
		answer_again(options, made, result);
}
