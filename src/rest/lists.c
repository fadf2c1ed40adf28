/*
 * lists.c
 *		Lists of resources, of a type or of all: by the query of the URI (RFC 7644 section
 *		3.4.2), or by a SearchRequest (section 3.4.3).
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "miscadmin.h"
#include "operation/list.h"
#include "rest/condition.h"
#include "rest/lists.h"
#include "rest/shown.h"

#define RESOURCES "Resources"

/* Each with its ETag. */
static JsonbValue *
shown_resources(const JsonbValue *resources)
{
	JsonbValue *shown = scim_new_array();
	ScimWalk	walk;
	JsonbValue	resource;

	if (resources->type != jbvBinary)
		elog(ERROR, "a list without %s", RESOURCES);
	scim_walk(&walk, resources->val.binary.data);
	while (scim_walk_next(&walk, NULL, &resource))
	{
		CHECK_FOR_INTERRUPTS();
		scim_append(shown, scim_http_resource(&resource, NULL));
	}
	return shown;
}

/* What operations refuse by the names that SQL has for it, by those of HTTP. */
static void
check_search(const ScimSearchRequest *search)
{
	const char *order = search->query.sort_order;

	if (search->view.attribute_count >= 0 && search->view.excluded_count >= 0)
		scim_throw_path(SCIM_INVALID_VALUE, "excludedAttributes",
						"attributes and excludedAttributes exclude each other");
	if (order && pg_strcasecmp(order, "ascending") != 0 && pg_strcasecmp(order, "descending") != 0)
		scim_throw_path(SCIM_INVALID_VALUE, "sortOrder",
						"sortOrder must be \"ascending\" or \"descending\"");
}

/* The page that is asked for, or that the client has it. */
static void
answer_list(ScimHttpRequest *request, ScimSearchRequest *search, ScimHttpAnswer *answer)
{
	ScimListQuery *query = &search->query;
	JsonbValue	root;
	JsonbValue *list;
	char	   *version;

	check_search(search);
	query->fresh = true;
	query->view = &search->view;
	search->view.version = true;
	search->view.known_version = scim_known_version(request);
	scim_root(request->type ? scim_store_list(request->type->name, NULL, query) :
			  scim_store_search(NULL, query), &root);
	list = scim_open(&root);
	version = scim_string_copy(scim_get(list, "version", strlen("version")));
	if (!scim_is_news(request, version, answer))
		return;
	(void) scim_remove(list, "version", strlen("version"));
	scim_set_value(list, RESOURCES,
				   shown_resources(scim_get(list, RESOURCES, strlen(RESOURCES))));
	answer->body = scim_http_body(list);
}

void
scim_http_list(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimSearchRequest search;

	scim_parameters_search(&request->parameters, &search);
	answer_list(request, &search, answer);
}

void
scim_http_search(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimSearchRequest search;

	scim_read_search_request(request->content, &search);
	answer_list(request, &search, answer);
}
