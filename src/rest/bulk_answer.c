/*
 * bulk_answer.c
 *		A BulkResponse (RFC 7644 section 3.7.3).
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/location.h"
#include "core/shown_version.h"
#include "miscadmin.h"
#include "rest/bulk_answer.h"
#include "rest/refusal.h"

#define URN_RESPONSE "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

static const char *
location_of(const ScimBulkWork *work, const ScimBulkTask *task)
{
	const char *id = scim_known_id(work, task);

	return task->type && id ? scim_location(task->type->endpoint, id) : NULL;
}

/* The entry of an operation that was done, or failed. */
static JsonbValue *
entry_of(const ScimBulkWork *work, const ScimBulkTask *task)
{
	JsonbValue *entry = scim_new_object();

	scim_set_optional_text(entry, "method", task->asked->given_method);
	scim_set_optional_text(entry, "bulkId", task->asked->bulk_id);
	if (task->version)
		scim_set_text(entry, "version", scim_version_in(work->options->form, task->version));
	scim_set_optional_text(entry, "location", location_of(work, task));
	scim_set_text(entry, "status", psprintf("%d", task->status));
	if (!scim_is_done(task))
		scim_set_value(entry, "response",
					   scim_http_error(task->status, task->scim_type, task->detail));
	return entry;
}

JsonbValue *
scim_answer_bulk(const ScimBulkWork *work)
{
	JsonbValue *response = scim_new_object();
	JsonbValue *schemas = scim_new_array();
	JsonbValue *operations = scim_new_array();

	scim_append_text(schemas, URN_RESPONSE);
	scim_set_value(response, "schemas", schemas);
	for (int i = 0; i < work->bulk->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (work->tasks[i].status != 0)
			scim_append(operations, entry_of(work, &work->tasks[i]));
	}
	scim_set_value(response, "Operations", operations);
	return response;
}
