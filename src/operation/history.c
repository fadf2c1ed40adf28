/*
 * history.c
 *		The changes of a resource.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "history/document_rights.h"
#include "history/rights.h"
#include "operation/cursor.h"
#include "operation/document.h"
#include "operation/history.h"
#include "operation/history_page.h"
#include "resource/target.h"
#include "resource/version.h"

static JsonbValue *
read_page(const ScimTarget *target, const char *given, int count, const char *cursor)
{
	ScimHistoryOf of = {
		.type = target->type->name,
		.tenant = target->tenant,
		.id = scim_take_id(target, given)
	};
	JsonbValue *response;
	ScimRow		row;

	if (scim_fetch(target, of.id, true, &row))
	{
		of.version = scim_know_version(target->table, target->tenant, &row);
		of.revision = row.revision;
	}
	response = scim_read_history_page(&of, count, cursor);
	if (response == NULL)
		scim_throw_not_found(target, given);
	return response;
}

Jsonb *
scim_store_get_history(const char *type, const char *tenant, const char *id, int count,
					   const char *cursor, bool fresh)
{
	ScimTarget	target;
	JsonbValue *response;
	Jsonb	   *result;

	if (scim_means_documents(type))
		return scim_store_document_history(type, tenant, id, count, cursor, fresh);
	count = scim_cut_count(count);
	scim_begin_read(&target, type, tenant, fresh);
	scim_check_history(target.table, target.tenant);
	response = read_page(&target, id, count, cursor);
	result = scim_write_in(target.caller, response);
	scim_finish_read(&target);
	return result;
}
