/*
 * http_promises.c
 *		What the parser of HTTP promises of heads and bodies that it takes.
 *
 * - Names are tokens, values have no control characters and no blanks around them, and
 *   all of them lie in the head, which ends with its first empty line.
 * - There is one Host, and one way to tell the length of the body, which has that length;
 *   one in chunks is what another reader of chunks makes of it.
 * - A head that is written anew, of what was read of it, is the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_reading.h"

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

/* Where a head, or a body, lies. */
typedef struct Extent
{
	const char *start;
	const char *end;
} Extent;

/* ---- spans ---- */

static void
check_within(ScanSpan span, Extent extent)
{
	if (span.start != NULL)
		MUST(span.start >= extent.start && span.start + span.length <= extent.end);
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static void
check_field(const HttpField *field, Extent head)
{
	const char *value = field->value.start;

	check_within(field->name, head);
	check_within(field->value, head);
	MUST(field->name.length > 0 && value != NULL);
	for (size_t i = 0; i < field->name.length; i++)
	{
		char		byte = field->name.start[i];

		MUST(byte > ' ' && byte < 0x7f && strchr("\"(),/:;<=>?@[\\]{}", byte) == NULL);
	}
	for (size_t i = 0; i < field->value.length; i++)
		MUST((unsigned char) value[i] >= ' ' ? value[i] != 0x7f : value[i] == '\t');
	if (field->value.length > 0)
		MUST(!is_blank(value[0]) && !is_blank(value[field->value.length - 1]));
}

/* The target as a whole: no blanks, no controls, nothing beyond ASCII, no fragment. */
static void
check_target(const HttpHead *head, Extent extent)
{
	ScanSpan	all[] = {head->path, head->query, head->host};

	MUST(head->path.length > 0 && (head->path.start[0] == '/' || head->method == HTTP_OPTIONS));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
	{
		check_within(all[i], extent);
		for (size_t j = 0; j < all[i].length; j++)
			MUST(all[i].start[j] > ' ' && all[i].start[j] < 0x7f && all[i].start[j] != '#');
	}
	MUST(memchr(head->path.start, '?', head->path.length) == NULL);
}

/* ---- a head ---- */

/* Its lines end in CR LF, of which there are no others; the first empty one is the last. */
static void
check_lines(Extent head)
{
	const char *empty = memmem(head.start + 2, (size_t) (head.end - head.start) - 2, "\r\n\r\n", 4);

	MUST(empty != NULL && empty + 4 == head.end);
	for (const char *at = head.start; at < head.end; at++)
	{
		if (*at == '\r')
			MUST(at[1] == '\n');
		if (*at == '\n')
			MUST(at > head.start && at[-1] == '\r');
	}
}

/* Who the host is, and where the body ends, is said once. */
static void
check_once(const HttpHead *head)
{
	ScanSpan	host = http_field(head, "host");
	ScanSpan	length = http_field(head, "content-length");
	char		digits[32];

	MUST(http_field_count(head, "host") == 1 || (head->old && http_field_count(head, "host") == 0));
	MUST(host.start == head->host.start && host.length == head->host.length);
	MUST(!head->chunked || http_field_count(head, "content-length") == 0);
	MUST(http_field_count(head, "content-length") <= 1);
	MUST(head->chunked == (http_field_count(head, "transfer-encoding") == 1));
	MUST(!head->chunked || !head->old);
	if (length.start != NULL && head->body_length < UINT64_MAX)
	{
		(void) snprintf(digits, sizeof(digits), "%llu", (unsigned long long) head->body_length);
		MUST(length.length == strlen(digits) && memcmp(length.start, digits, length.length) == 0);
	}
	else
		MUST(length.start != NULL || head->body_length == 0);
}

/* Add bytes to what is written. */
static void
put(char **at, ScanSpan span)
{
	if (span.length > 0)
		memcpy(*at, span.start, span.length);
	*at += span.length;
}

static void
put_text(char **at, const char *text)
{
	put(at, (ScanSpan) {text, strlen(text)});
}

static bool
is_same(ScanSpan one, ScanSpan other)
{
	return (one.start == NULL) == (other.start == NULL) && one.length == other.length &&
		(one.length == 0 || memcmp(one.start, other.start, one.length) == 0);
}

/* Written anew, in another form, it is the same. */
static void
check_anew(const HttpHead *head)
{
	char	   *text = malloc(head->length + 4 * HTTP_MOST_FIELDS + 64);
	char	   *at = text;
	HttpHead	again;
	size_t		looked = 0;

	MUST(text != NULL);
	put_text(&at, http_method_name(head->method));
	put_text(&at, " ");
	put(&at, head->path);
	put_text(&at, head->query.start != NULL ? "?" : "");
	put(&at, head->query);
	put_text(&at, head->old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
	for (unsigned int i = 0; i < head->count; i++)
	{
		put(&at, head->fields[i].name);
		put_text(&at, ":");
		put(&at, head->fields[i].value);
		put_text(&at, "\r\n");
	}
	put_text(&at, "\r\n");
	MUST(http_parse_head(text, (size_t) (at - text), &looked, &again) == HTTP_WHOLE);
	MUST(again.length == (size_t) (at - text) && again.count == head->count);
	MUST(again.method == head->method && is_same(again.path, head->path) &&
		 is_same(again.query, head->query) && is_same(again.host, head->host));
	MUST(again.chunked == head->chunked && again.body_length == head->body_length);
	MUST(again.keeps_alive == head->keeps_alive);
	MUST(again.expects_continue == head->expects_continue);
	free(text);
}

/* ---- a body ---- */

/* Chunks, as another reader takes them: one that trusts them, as ours have been found good. */
static void
check_chunks(const HttpRead *read, Extent body)
{
	const char *at = body.start;
	size_t		length = 0;

	for (;;)
	{
		char	   *end;
		size_t		size = (size_t) strtoull(at, &end, 16);

		MUST(end > at && end - at <= 16 && (*end == '\r' || *end == ';'));
		at = memmem(end, (size_t) (body.end - end), "\r\n", 2);
		MUST(at != NULL);
		at += 2;
		if (size == 0)
			break;
		MUST(size <= (size_t) (body.end - at) && size <= read->length - length);
		MUST(memcmp(read->body + length, at, size) == 0);
		length += size;
		at += size + 2;
	}
	MUST(length == read->length);
	MUST(memcmp(body.end - 2, "\r\n", 2) == 0);
	/* what is behind the last chunk is an empty line, or fields and one */
	MUST(at + 2 == body.end || memcmp(body.end - 4, "\r\n", 2) == 0);
}

/* So many bytes as the head says. */
static void
check_length(const HttpRead *read, Extent body)
{
	MUST(read->length == read->head.body_length);
	MUST(body.start + read->length == body.end);
	MUST(read->length == 0 || memcmp(read->body, body.start, read->length) == 0);
}

void
http_read_check(const HttpReading *reading, const char *bytes, size_t length)
{
	size_t		begin = 0;

	for (unsigned int i = 0; i < reading->count; i++)
	{
		const HttpRead *read = &reading->reads[i];
		const HttpHead *head = &read->head;
		Extent		extent = {bytes + begin, bytes + begin + head->length};

		MUST(read->end <= length);
		if (read->has_head)
		{
			check_lines(extent);
			check_target(head, extent);
			for (unsigned int j = 0; j < head->count; j++)
				check_field(&head->fields[j], extent);
			check_once(head);
			check_anew(head);
			if (read->status == HTTP_WHOLE && head->chunked)
				check_chunks(read, (Extent) {extent.end, bytes + read->end});
			if (read->status == HTTP_WHOLE && !head->chunked)
				check_length(read, (Extent) {extent.end, bytes + read->end});
		}
		MUST(i + 1 == reading->count || read->status == HTTP_WHOLE);
		begin = read->end;
	}
}
