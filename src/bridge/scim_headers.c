/*
 * scim_headers.c
 *		The headers of a request that are handed on to the database.
 *
 * Entry points: scim_headers_valid, scim_headers_put.
 */
#include "scim_headers.h"

#include <string.h>

/* Those that scim_http() reads. */
static const char *const passed_on[] = {
	"if-match", "if-none-match", "content-type", "accept", "prefer"
};

#define PASSED_ON (sizeof(passed_on) / sizeof(passed_on[0]))

static bool
is_passed_on(const HttpField *field)
{
	for (size_t i = 0; i < PASSED_ON; i++)
	{
		if (http_is_field(field, passed_on[i]))
			return true;
	}
	return false;
}

bool
scim_headers_valid(const HttpHead *head)
{
	for (unsigned int i = 0; i < head->count; i++)
	{
		const HttpField *field = &head->fields[i];

		if (is_passed_on(field) && !scan_utf8(field->value.start, field->value.length))
			return false;
	}
	return true;
}

/* All values of that name, in their order, with commas between them; false: there is none. */
static bool
join(Buf *joined, const HttpHead *head, const char *name)
{
	bool		found = false;

	for (unsigned int i = 0; i < head->count; i++)
	{
		if (!http_is_field(&head->fields[i], name))
			continue;
		if (found)
			buf_text(joined, ", ");
		buf_span(joined, head->fields[i].value);
		found = true;
	}
	return found;
}

void
scim_headers_put(Buf *out, const HttpHead *head)
{
	Buf			joined = {NULL, 0, 0};
	const char *comma = "";

	buf_text(out, "{");
	for (size_t i = 0; i < PASSED_ON; i++)
	{
		joined.length = 0;
		if (!join(&joined, head, passed_on[i]))
			continue;
		buf_printf(out, "%s\"%s\":", comma, passed_on[i]);
		buf_json_string(out, joined.data, joined.length);
		comma = ",";
	}
	buf_text(out, "}");
	buf_free(&joined);
}
