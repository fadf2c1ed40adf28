/*
 * unknown.c
 *		Names in the input of clients that no schema knows, for the server's log.
 */
#include "postgres.h"

#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "core/unknown.h"
#include "lib/stringinfo.h"
#include "utils/timestamp.h"

/* No line is longer, nor more frequent. */
#define MAX_NAMES 1024
#define MINUTE (60 * USECS_PER_SEC)

/* Those that are to be logged, in quotes, each with a blank in front. */
static char names[MAX_NAMES];
static int	length = 0;
static bool has_more = false;
static bool was_logged = false;
static TimestampTz last_logged;

/* In the form of JSON, in which there are no line ends. */
static char *
quoted(const ScimPlace *place)
{
	char	   *text = scim_place_text(place);
	JsonbValue	name = scim_text(scim_shown_name(text, strlen(text)));
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, ' ');
	scim_append_json(&out, &name);
	return out.data;
}

void
scim_note_unknown(const ScimPlace *place, const JsonbValue *key)
{
	/* of an element, the attribute: in each of many it is the same name */
	ScimPlace	here = {
		.up = place && place->name == NULL ? place->up : place,
		.name = key->val.string.val,
		.length = key->val.string.len
	};
	char	   *text;
	int			text_length;

	if (has_more)
		return;
	text = quoted(&here);
	text_length = strlen(text);
	if (strstr(names, text) == NULL)
	{
		/* a comma, and the zero byte */
		if (length + text_length + 2 > MAX_NAMES)
			has_more = true;
		else
		{
			if (length > 0)
				names[length++] = ',';
			memcpy(names + length, text, text_length + 1);
			length += text_length;
		}
	}
	pfree(text);
}

void
scim_log_unknown(void)
{
	TimestampTz now;

	if (length == 0)
		return;
	now = GetCurrentTimestamp();
	/* a clock that was set back does not stop the log */
	if (was_logged && now >= last_logged && now < last_logged + MINUTE)
		return;
	/* the statement would tell the values, too */
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("names that no schema has were ignored:%s%s", names,
							 has_more ? ", and others" : ""),
			 errhidestmt(true), errhidecontext(true)));
	was_logged = true;
	last_logged = now;
	names[0] = '\0';
	length = 0;
	has_more = false;
}
