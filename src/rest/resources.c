/*
 * resources.c
 *		Requests for one resource: POST, GET, PUT, PATCH, DELETE.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/location.h"
#include "operation/create.h"
#include "operation/delete.h"
#include "operation/patch.h"
#include "operation/read.h"
#include "operation/update.h"
#include "rest/condition.h"
#include "rest/resources.h"
#include "rest/shown.h"

/* ---- what is shown ---- */

static bool
names_attributes(const ScimHttpRequest *request)
{
	return request->parameters.attributes || request->parameters.excluded_attributes;
}

/* What the query asks for, and the version, of which the ETag is made. */
static ScimView
view_of(const ScimHttpRequest *request)
{
	ScimView	view = scim_parameters_view(&request->parameters);

	view.version = true;
	return view;
}

/* Is the answer to a write to do without the resource?  Who names attributes wants to see them. */
static bool
is_minimal(const ScimHttpRequest *request, bool unless_wanted, ScimHttpAnswer *answer)
{
	if (names_attributes(request))
		return false;
	if (request->returns)
		answer->preference = psprintf("return=%s", request->returns);
	return request->returns ? strcmp(request->returns, "minimal") == 0 : unless_wanted;
}

/*
 * What became of a write, with that status; 204 (unless it is 201) in place of it where the
 * client, or if that wants nothing "unless_wanted", does without the resource.
 */
static void
show_written(const ScimHttpRequest *request, int status, bool unless_wanted,
			 ScimHttpAnswer *answer)
{
	JsonbValue	root;
	JsonbValue *shown;

	scim_root(request->written.resource, &root);
	shown = scim_http_resource(&root, &answer->etag);
	answer->status = status;
	if (status == 201)
		answer->location = scim_location(request->type->endpoint,
										 scim_string_copy(scim_get(shown, "id", strlen("id"))));
	if (!is_minimal(request, unless_wanted, answer))
		answer->body = scim_http_body(shown);
	else if (status == 200)
		answer->status = 204;
}

/* ---- writes ---- */

/*
 * An answer is final: foreign keys are asked now, as a client hears of nothing that comes at
 * the end of the transaction.  What came in between is asked the client's conditions before
 * it is merged with.
 */
static ScimWriteOptions
options_of(const ScimHttpRequest *request, const ScimView *view)
{
	return (ScimWriteOptions)
	{
		.type = request->type->name,
			.id = request->id,
			.expected = request->expected,
			.unnamed = !scim_names_version(request),
			.view = view,
			.asks_deferred = true,
			.on_conflict = request->expects_seen ? "fail" : NULL,
			.report = request->expected != NULL,	/* on record: what others changed, too */
	};
}

void
scim_http_create(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimView	view = view_of(request);
	ScimWriteOptions options = options_of(request, &view);

	scim_store_create(&options, request->content, &request->written);
	show_written(request, 201, false, answer);
}

void
scim_http_replace(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimView	view = view_of(request);
	ScimWriteOptions options;

	scim_expect_version(request, true);
	options = options_of(request, &view);
	scim_store_update(&options, request->content, &request->written);
	show_written(request, 200, false, answer);
}

void
scim_http_patch(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimView	view = view_of(request);
	ScimWriteOptions options;

	scim_expect_version(request, true);
	options = options_of(request, &view);
	scim_store_patch(&options, request->content, &request->written);
	show_written(request, 200, request->written.nothing_asked ||
				 (request->rules->group_patch_204 && request->type->has_members), answer);
}

void
scim_http_delete(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimWriteOptions options;

	scim_expect_version(request, false);
	options = options_of(request, NULL);
	scim_store_delete(&options, &request->written);
	answer->status = 204;
}

/* ---- reading ---- */

/* Fresh: a statement may answer several requests, and the later see the earlier. */
void
scim_http_get(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimView	view = view_of(request);
	Jsonb	   *resource;
	JsonbValue	root;
	JsonbValue	version;
	const JsonbValue *shown;

	view.known_version = scim_known_version(request);
	resource = scim_store_get(request->type->name, NULL, request->id, &view, true);
	if (scim_find(&resource->root, "not_modified", &version))
	{
		answer->status = 304;
		answer->etag = scim_etag(view.known_version);
		return;
	}
	scim_root(resource, &root);
	(void) scim_find(&resource->root, "_version", &version);
	shown = scim_http_resource(&root, NULL);
	if (scim_is_news(request, scim_string_copy(&version), answer))
		answer->body = scim_http_body(shown);
}
