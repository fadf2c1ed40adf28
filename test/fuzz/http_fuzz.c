/*
 * http_fuzz.c
 *		libFuzzer target for what a request in HTTP says beside its body: path,
 *		query, header fields, lists of entity tags (src/rest, src/core/etag.c),
 *		with stand-ins for the registry and for what answers.
 *
 * The input has lines: the method; the path; the query; If-Match; the fields as
 * JSON, {"accept": TEXT, ...}, as far as the input goes.  Beside memory errors it
 * looks for what would break promises:
 * - a path leads to a route, or is refused with 404, or with 405 and what is
 *   allowed there, each method of which is;
 * - the id is one segment of UTF-8 and no step, and encoded again leads there;
 * - what is found strictly is found by any case, too;
 * - parameters are UTF-8, and encoded again they are the same;
 * - the paths of a list are not empty, and joined again they are the same;
 * - a list of entity tags is "*", or tags that, written again, are the same;
 * - an error is one of the catalogue.
 */
#include "server.h"
#include "type.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/entered.h"
#include "base/uri.h"
#include "core/etag.h"
#include "mb/pg_wchar.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "rest/discovery.h"
#include "rest/headers.h"
#include "rest/lists.h"
#include "rest/refusal.h"
#include "rest/resources.h"
#include "rest/route.h"
#include "statement/profile.h"
#include "statement/tenant.h"

#undef fprintf
#undef snprintf

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

static ServerError error;

/* By which names are read; "in force" are always these. */
static ScimRules rules;

/* ---- stand-ins ---- */

const ScimResourceType *const *
scim_resource_types(void)
{
	static const ScimResourceType *const types[] = {&fuzz_type, &fuzz_group_type, NULL};

	return types;
}

const ScimResourceType *
scim_resource_type(const char *name)
{
	return &fuzz_type;
}

/* By a token whose subject is a user: /Me is somebody. */
const ScimEntered *
scim_entered(void)
{
	static const ScimEntered who = {.subject_type = "User", .subject_id = "2819"};

	return &who;
}

/* Any pointer will do: nobody looks behind it. */
const ScimRegistration *
scim_find_table(const ScimResourceType *type)
{
	return (const ScimRegistration *) type;
}

char *
scim_find_tenant(const ScimRegistration *registration, const char *given)
{
	return "default";
}

const ScimRules *
scim_rules_in_force(const char *tenant)
{
	return &rules;
}

void
scim_http_refuse(ScimHttpAnswer *answer, int status, const char *scim_type, const char *format,
				 ...)
{
	answer->status = status;
}

#define HANDLER(name) \
	void name(ScimHttpRequest *request, ScimHttpAnswer *answer) { abort(); }

HANDLER(scim_http_create)
HANDLER(scim_http_get)
HANDLER(scim_http_replace)
HANDLER(scim_http_patch)
HANDLER(scim_http_delete)
HANDLER(scim_http_list)
HANDLER(scim_http_search)
HANDLER(scim_http_bulk)
HANDLER(scim_http_config)
HANDLER(scim_http_resource_types)
HANDLER(scim_http_schemas)

/* ---- what is looked at ---- */

typedef struct Case
{
	ScimHttpRequest request;
	ScimHttpAnswer answer;
	bool		found;
	const char *tags;			/* If-Match */
	ScimParameters parameters;
	ScimSearchRequest search;
} Case;

/* Of the catalogue: "CODE: text". */
static bool
is_ours(void)
{
	const char *c = error.message;

	while (*c == '_' || (*c >= 'A' && *c <= 'Z'))
		c++;
	return c > error.message && *c == ':';
}

static bool
is_utf8(const char *text)
{
	return pg_verifymbstr(text, strlen(text), true);
}

static char *
encoded(const char *text)
{
	char	   *out = palloc(3 * strlen(text) + 1);

	scim_uri_encode(text, strlen(text), out);
	return out;
}

/* ---- the path ---- */

static void
find_route(void *argument)
{
	Case	   *c = argument;

	c->request.route = NULL;
	c->request.type = NULL;
	c->request.id = NULL;
	c->answer = (ScimHttpAnswer)
	{
		0
	};
	c->found = scim_find_route(&c->request, &c->answer);
}

/* Another request of the same rules. */
static Case
asked(const char *method, const char *path)
{
	Case		c = {.request = {.method = method, .path = path, .rules = &rules}};

	MUST(server_try(find_route, &c, &error));
	return c;
}

static void
check_id(const Case *c)
{
	const char *id = c->request.id;
	Case		again;

	MUST(id[0] != '\0' && strchr(id, '/') == NULL && is_utf8(id) && !scim_uri_is_step(id));
	if (c->request.type == NULL)
		return;
	again = asked("GET", psprintf("%s/%s", c->request.type->endpoint, encoded(id)));
	MUST(again.found && again.request.type == c->request.type);
	MUST(again.request.id && strcmp(again.request.id, id) == 0);
}

/* Each method that is allowed there leads somewhere. */
static void
check_allowed(const Case *c)
{
	char	   *methods = pstrdup(c->answer.allow);
	char	   *rest;

	MUST(methods[0] != '\0');
	for (char *method = strtok_r(methods, ", ", &rest); method;
		 method = strtok_r(NULL, ", ", &rest))
		MUST(strcmp(method, c->request.method) != 0 && asked(method, c->request.path).found);
}

static void
check_route(Case *c)
{
	Case		loose;

	rules.filter = false;
	MUST(server_try(find_route, c, &error));
	MUST(c->found == (c->request.route != NULL) && c->found == (c->answer.status == 0));
	MUST(c->found || c->answer.status == 404 || c->answer.status == 405);
	MUST((c->answer.status == 405) == (c->answer.allow != NULL));
	if (c->answer.allow)
		check_allowed(c);
	if (c->request.id)
		check_id(c);
	if (!c->found)
		return;
	MUST((c->request.route->place == SCIM_AT_RESOURCE) <= (c->request.id && c->request.type));
	rules.filter = true;
	loose = asked(c->request.method, c->request.path);
	MUST(loose.request.route == c->request.route && loose.request.type == c->request.type);
	MUST((loose.request.id == NULL) == (c->request.id == NULL));
}

/* ---- the query ---- */

static void
read_parameters(void *argument)
{
	Case	   *c = argument;

	scim_read_parameters(c->request.query, &rules, &c->parameters);
}

static void
read_search(void *argument)
{
	Case	   *c = argument;

	scim_parameters_search(&c->parameters, &c->search);
}

static const char *const names[] = {
	"attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count",
	"cursor"
};

#define VALUES(parameters) ((const char *const *) (parameters))

StaticAssertDecl(sizeof(ScimParameters) == lengthof(names) * sizeof(char *),
				 "each parameter has its name");

static void
check_paths(char **paths, int count, const char *name)
{
	ScimParameters joined = {0};
	Case		again = {0};
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < count; i++)
	{
		int			length = strlen(paths[i]);

		MUST(length > 0 && paths[i][0] != ' ' && paths[i][length - 1] != ' ');
		appendStringInfo(&list, "%s%s", i ? "," : "", paths[i]);
	}
	joined.attributes = list.data;
	again.parameters = joined;
	MUST(server_try(read_search, &again, &error));
	MUST(again.search.view.attribute_count == Max(count, 0));
	for (int i = 0; i < count; i++)
		MUST(strcmp(again.search.view.attributes[i], paths[i]) == 0);
}

static void
check_search(Case *c)
{
	if (!server_try(read_search, c, &error))
	{
		MUST(is_ours());
		return;
	}
	check_paths(c->search.view.attributes, c->search.view.attribute_count, names[0]);
	check_paths(c->search.view.excluded, c->search.view.excluded_count, names[1]);
}

static void
check_parameters(Case *c)
{
	Case		again = {0};
	StringInfoData query;

	rules.filter = false;
	if (!server_try(read_parameters, c, &error))
	{
		MUST(is_ours());
		return;
	}
	initStringInfo(&query);
	for (int i = 0; i < (int) lengthof(names); i++)
	{
		const char *value = VALUES(&c->parameters)[i];

		MUST(value == NULL || is_utf8(value));
		if (value)
			appendStringInfo(&query, "&%s=%s", names[i], encoded(value));
	}
	again.request.query = query.data;
	for (int loose = 0; loose < 2; loose++)
	{
		rules.filter = loose;
		MUST(server_try(read_parameters, &again, &error));
		for (int i = 0; i < (int) lengthof(names); i++)
		{
			const char *value = VALUES(&c->parameters)[i];
			const char *other = VALUES(&again.parameters)[i];

			MUST((value == NULL) == (other == NULL) && (!value || strcmp(value, other) == 0));
		}
	}
	check_search(c);
}

/* ---- the fields ---- */

static void
check_tags(const char *field)
{
	ScimEtagList list;
	ScimEtagList again;
	StringInfoData written;

	if (!scim_read_etags(field, &list))
		return;
	MUST(list.any ? list.count == 0 : list.count > 0 && list.count <= SCIM_MOST_ETAGS);
	MUST(scim_has_etag(&list, "no such version") == list.any);
	if (list.any)
		return;
	initStringInfo(&written);
	for (int i = 0; i < list.count; i++)
	{
		MUST(strpbrk(list.tags[i], " \"\x7F") == NULL && scim_has_etag(&list, list.tags[i]));
		appendStringInfo(&written, "%s%s", i ? ", " : "", scim_etag(list.tags[i]));
	}
	MUST(scim_read_etags(written.data, &again) && again.count == list.count);
	for (int i = 0; i < list.count; i++)
		MUST(strcmp(list.tags[i], again.tags[i]) == 0);
}

static void
read_fields(void *argument)
{
	Case	   *c = argument;

	c->answer.status = 0;
	c->found = scim_read_headers(&c->request);
	scim_sends_json(&c->request);
	scim_read_conditions(&c->request, &c->answer);
}

static void
check_fields(Case *c)
{
	if (!server_try(read_fields, c, &error))
	{
		MUST(is_ours());
		return;
	}
	MUST(c->request.media_type != NULL);
	MUST(c->answer.status == 0 || c->answer.status == 400);
}

/* ---- the input ---- */

/* Cuts the next line off. */
static char *
next_line(char **rest)
{
	char	   *line = *rest;
	char	   *end = strchr(line, '\n');

	*rest = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *rest = pnstrdup((const char *) data, size);
	Case		c = {0};

	c.request.rules = &rules;
	c.request.method = next_line(&rest);
	c.request.path = next_line(&rest);
	c.request.query = next_line(&rest);
	c.tags = next_line(&rest);
	c.request.headers = server_read_json(rest, strlen(rest));
	/* what the server hands over is UTF-8 */
	if (is_utf8(c.request.path) && is_utf8(c.request.query) && is_utf8(c.tags))
	{
		check_route(&c);
		check_parameters(&c);
		check_tags(c.tags);
		check_fields(&c);
	}
	server_reset();
	return 0;
}
