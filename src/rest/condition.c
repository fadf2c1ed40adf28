/*
 * condition.c
 *		If-Match and If-None-Match.
 *
 * A write is on condition of one version, or of none.  Conditions that say more are asked
 * here, of the version that is there now, and the write is on condition that it is still
 * that: it is as if both were one step.  Tags are compared without W/, for writes as well,
 * which RFC 9110 has otherwise.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "core/resource.h"
#include "operation/read.h"
#include "rest/condition.h"
#include "rest/refusal.h"

/* A version that no resource has. */
#define NO_VERSION "-"

static SCIM_NORETURN void throw_mismatch(const ScimHttpRequest *request, const char *version,
										 const char *field);

static void
throw_mismatch(const ScimHttpRequest *request, const char *version, const char *field)
{
	ScimError  *error = scim_error(SCIM_VERSION_MISMATCH);

	scim_error_text(error, "resource_type", request->type->name);
	scim_error_text(error, "resource_id", request->id);
	scim_error_whole(error, "current_version", version);
	scim_throw(error, "what is there does not meet %s", field);
}

/* Can a resource have it? */
static bool
is_version(const char *tag)
{
	return scim_version_is_well_formed(tag, strlen(tag));
}

/* The first tag that is a version; one that no resource has, if none is. */
static const char *
first_version(const ScimEtagList *list)
{
	for (int i = 0; i < list->count; i++)
	{
		if (is_version(list->tags[i]))
			return list->tags[i];
	}
	return NO_VERSION;
}

/* That of the resource, now.  NOT_FOUND. */
static char *
current_version(const ScimHttpRequest *request)
{
	ScimView	view = {.attribute_count = 0, .excluded_count = -1, .version = true};
	Jsonb	   *resource = scim_store_get(request->type->name, NULL, request->id, &view, true);
	JsonbValue	version;

	if (!scim_find(&resource->root, "_version", &version))
		elog(ERROR, "a resource was shown without its version");
	return scim_string_copy(&version);
}

/* ---- writes ---- */

/*
 * If-Match does not hold: then a write is refused, unless it would change nothing (RFC 9110
 * section 13.1.1).  Whether that is so, a write with a version that is stale finds out.
 */
static void
take_stale(ScimHttpRequest *request, const char *current, bool repeatable)
{
	const ScimEtagList *none = request->if_none_match;

	request->expected = first_version(request->if_match);
	if (!repeatable || (none && scim_has_etag(none, request->expected)))
		throw_mismatch(request, current, "If-Match");
}

void
scim_expect_version(ScimHttpRequest *request, bool repeatable)
{
	const ScimEtagList *match = request->if_match;
	const ScimEtagList *none = request->if_none_match;
	char	   *current;

	if (none == NULL && match == NULL)
		return;
	if (none == NULL && (match->any || (match->count == 1 && is_version(match->tags[0]))))
	{
		request->expected = match->any ? "*" : match->tags[0];
		return;
	}
	current = current_version(request);
	if (match && !scim_has_etag(match, current))
	{
		take_stale(request, current, repeatable);
		return;
	}
	if (none && scim_has_etag(none, current))
		throw_mismatch(request, current, "If-None-Match");
	request->expected = current;
	request->expects_seen = true;
}

/* ---- reading ---- */

const char *
scim_known_version(const ScimHttpRequest *request)
{
	const ScimEtagList *none = request->if_none_match;

	if (none == NULL || none->count != 1 || request->if_match || !is_version(none->tags[0]))
		return NULL;
	return none->tags[0];
}

bool
scim_is_news(const ScimHttpRequest *request, const char *version, ScimHttpAnswer *answer)
{
	answer->etag = scim_etag(version);
	if (request->if_match && !scim_has_etag(request->if_match, version))
	{
		scim_http_refuse(answer, 412, NULL, "what is there does not meet %s", "If-Match");
		answer->error_code = scim_error_kind(SCIM_VERSION_MISMATCH)->name;
		return false;
	}
	if (request->if_none_match && scim_has_etag(request->if_none_match, version))
	{
		answer->status = 304;
		return false;
	}
	answer->status = 200;
	return true;
}
