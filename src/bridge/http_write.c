/*
 * http_write.c
 *		Answers in HTTP/1.1, as bytes.
 *
 * Entry point: http_write_head.
 */
#include "http_write.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http_status.h"
#include "log.h"

/* What each answer says: it is of this caller, and as it was asked for. */
static const char always[] =
"Vary: Authorization, Accept, Accept-Encoding\r\n"
"Cache-Control: private, no-cache\r\n"
"X-Content-Type-Options: nosniff\r\n";

/* "Sun, 06 Nov 1994 08:49:37 GMT", made anew each second, in English whatever the locale. */
static const char *
date(void)
{
	static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
	};
	static char text[64];
	static time_t made;
	time_t		now = time(NULL);
	struct tm	utc;

	if (now == made)
		return text;
	if (gmtime_r(&now, &utc) == NULL)
		log_fatal("cannot read the clock");
	(void) snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday],
					utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
					utc.tm_sec);
	made = now;
	return text;
}

/* Can it stand in a field?  Line ends would begin another one. */
static bool
is_clean(const char *value)
{
	for (const char *byte = value; *byte != '\0'; byte++)
	{
		if ((unsigned char) *byte < 0x20 || *byte == 0x7F)
			return false;
	}
	return true;
}

static void
put_field(Buf *out, const char *name, const char *value)
{
	if (value == NULL || !is_clean(value))
		return;
	buf_text(out, name);
	buf_put(out, ": ", 2);
	buf_text(out, value);
	buf_put(out, "\r\n", 2);
}

void
http_write_head(Buf *out, const HttpAnswer *answer, bool measured, HttpConnectionWord word)
{
	static const char *const words[] = {
		[HTTP_KEPT] = NULL, [HTTP_KEPT_ALIVE] = "keep-alive", [HTTP_CLOSED] = "close"
	};

	buf_printf(out, "HTTP/1.1 %d %s\r\n", answer->status, http_status_phrase(answer->status));
	put_field(out, "Date", date());
	if (http_has_body(answer->status))
	{
		put_field(out, "Content-Type", answer->content_type);
		if (measured)
			buf_printf(out, "Content-Length: %zu\r\n", answer->length);
	}
	for (size_t i = 0; i < HTTP_MOST_HEADERS; i++)
	{
		if (answer->headers[i].name != NULL)
			put_field(out, answer->headers[i].name, answer->headers[i].value);
	}
	put_field(out, "Connection", words[word]);
	buf_put(out, always, sizeof(always) - 1);
	buf_put(out, "\r\n", 2);
}
