/*
 * http_parse.c
 *		The head of a request in HTTP/1.1, read strictly (RFC 9112).
 *
 * There are two steps.  Bytes are looked at as they come: which ones there are, how lines
 * end, how many they may be, and the first line, by which most of what is no HTTP is
 * known.  When the empty line is there, fields are taken, and with them what they say
 * of the body and of the connection.  What comes of a head depends on its bytes alone,
 * never on the pieces in which they came.
 *
 * Entry points: http_parse_head, http_field, http_field_count, http_is_field,
 * http_method_name.
 */
#include "http_parse.h"

#include <string.h>

#include "http_bytes.h"

/* Nothing is wrong so far. */
#define FINE 0

/* What comes of lines, beside HTTP_MORE and statuses. */
#define WHOLE_LINE 1
#define TOO_LONG 2

/* Digits of a port. */
#define MOST_PORT 5

/* The longest first line: a method that is longer than all of ours, a target, a version. */
#define MOST_METHOD 32
#define VERSION_LENGTH 8
#define MOST_LINE (MOST_METHOD + 1 + HTTP_MOST_TARGET + 1 + VERSION_LENGTH + 2)

static const char *const method_names[HTTP_METHODS] = {
	[HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT",
	[HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS"
};

/* What is known of a head while it is read. */
typedef struct Reading
{
	HttpHead   *head;
	ScanSpan	authority;		/* of a target in absolute form */
	bool		has_length;		/* there is a Content-Length */
	bool		closes;			/* Connection has "close" */
	bool		keeps;			/* ... "keep-alive" */
} Reading;

const char *
http_method_name(HttpMethod method)
{
	return method_names[method];
}

bool
http_is_field(const HttpField *field, const char *name)
{
	return http_is_text(field->name, name);
}

unsigned int
http_field_count(const HttpHead *head, const char *name)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < head->count; i++)
		count += http_is_field(&head->fields[i], name);
	return count;
}

ScanSpan
http_field(const HttpHead *head, const char *name)
{
	ScanSpan	value = {NULL, 0};

	for (unsigned int i = 0; i < head->count; i++)
	{
		if (!http_is_field(&head->fields[i], name))
			continue;
		if (value.start != NULL)
			return (ScanSpan) {NULL, 0};
		value = head->fields[i].value;
	}
	return value;
}

/* ---- the first line ---- */

/* Path and query. */
static int
take_path(HttpHead *head, ScanSpan target)
{
	ScanSpan	query = target;
	ScanSpan	path = http_take_until(&query, '?');

	head->path = path.start != NULL ? path : target;
	head->query = path.start != NULL ? query : (ScanSpan) {NULL, 0};
	return http_bytes_are(head->path, HTTP_PATH) &&
		http_bytes_are(head->query, HTTP_QUERY) ? FINE : 400;
}

/*
 * The target, in one of three forms.  One in absolute form has a path, too: what stands
 * before it is kept, to be compared with Host.
 */
static int
take_target(Reading *reading, ScanSpan target)
{
	size_t		scheme = http_begins_with(target, "http://") ? 7 :
		http_begins_with(target, "https://") ? 8 : 0;
	const char *slash;

	if (target.length > HTTP_MOST_TARGET)
		return 414;
	if (http_is_text(target, "*") && reading->head->method == HTTP_OPTIONS)
	{
		reading->head->path = target;
		return FINE;
	}
	if (scheme > 0)
	{
		target.start += scheme;
		target.length -= scheme;
		slash = memchr(target.start, '/', target.length);
		if (slash == NULL)
			return 400;
		reading->authority = (ScanSpan) {target.start, (size_t) (slash - target.start)};
		target.start = slash;
		target.length -= reading->authority.length;
	}
	return target.length > 0 && target.start[0] == '/' ? take_path(reading->head, target) : 400;
}

/* "HTTP/1.1". */
static int
take_version(HttpHead *head, ScanSpan version)
{
	const char *text = version.start;

	if (version.length != VERSION_LENGTH || memcmp(text, "HTTP/", 5) != 0 ||
		!http_byte_is(text[5], HTTP_DIGIT) || text[6] != '.' || !http_byte_is(text[7], HTTP_DIGIT))
		return 400;
	if (text[5] != '1' || text[7] > '1')
		return 505;
	head->old = text[7] == '0';
	return FINE;
}

static int
take_method(HttpHead *head, ScanSpan method)
{
	for (int i = 0; i < HTTP_METHODS; i++)
	{
		if (method.length == strlen(method_names[i]) &&
			memcmp(method.start, method_names[i], method.length) == 0)
		{
			head->method = (HttpMethod) i;
			return FINE;
		}
	}
	return 501;
}

/* Method, target and version, with one space between them. */
static int
take_first_line(Reading *reading, ScanSpan line)
{
	HttpHead   *head = reading->head;
	ScanSpan	method = http_take_until(&line, ' ');
	ScanSpan	target = http_take_until(&line, ' ');
	int			status;

	memset(head, 0, offsetof(HttpHead, fields));
	if (method.length == 0 || !http_bytes_are(method, HTTP_TOKEN) || target.start == NULL)
		return 400;
	status = take_version(head, line);
	if (status == FINE)
		status = take_method(head, method);
	if (status == FINE)
		status = take_target(reading, target);
	return status;
}

/* A first line that is too long: which part of it? */
static int
too_long(ScanSpan line)
{
	ScanSpan	method = http_take_until(&line, ' ');

	return method.start == NULL || method.length > MOST_METHOD ? 501 : 414;
}

/* ---- fields that are looked at ---- */

/*
 * How many of these bytes name a host: a name or an IPv4 address, or an IPv6 address in
 * brackets.  That there is such an address is not looked at.
 */
static size_t
name_length(ScanSpan value)
{
	size_t		length = 0;

	if (value.length == 0 || value.start[0] != '[')
	{
		while (length < value.length && http_byte_is(value.start[length], HTTP_HOST))
			length++;
		return length;
	}
	do
		length++;
	while (length < value.length && http_byte_is(value.start[length], HTTP_ADDRESS));
	return length > 2 && length < value.length && value.start[length] == ']' ? length + 1 : 0;
}

/* A host and, behind a colon, a port, as a URI can have them. */
static bool
is_host(ScanSpan value)
{
	size_t		length = name_length(value);
	ScanSpan	port;

	if (length == 0 || length == value.length)
		return length > 0;
	port = (ScanSpan) {value.start + length + 1, value.length - length - 1};
	return value.start[length] == ':' && port.length > 0 && port.length <= MOST_PORT &&
		http_bytes_are(port, HTTP_DIGIT);
}

static int
take_host(Reading *reading, ScanSpan value)
{
	if (reading->head->host.start != NULL || !is_host(value))
		return 400;
	reading->head->host = value;
	return FINE;
}

/*
 * Digits, and no zeros before them, which some read as octal.  More than there is
 * place for are more than a body may have (http_body_begin).
 */
static int
take_length(Reading *reading, ScanSpan value)
{
	uint64_t	length = 0;

	if (reading->has_length || value.length == 0 || !http_bytes_are(value, HTTP_DIGIT) ||
		(value.length > 1 && value.start[0] == '0'))
		return 400;
	for (size_t i = 0; i < value.length; i++)
	{
		uint64_t	digit = (uint64_t) (value.start[i] - '0');

		length = length > (UINT64_MAX - digit) / 10 ? UINT64_MAX : length * 10 + digit;
	}
	reading->has_length = true;
	reading->head->body_length = length;
	return FINE;
}

/* One coding, once, and not of HTTP/1.0, which has none. */
static int
take_coding(Reading *reading, ScanSpan value)
{
	if (reading->head->chunked || reading->head->old || !http_is_text(value, "chunked"))
		return 400;
	reading->head->chunked = true;
	return FINE;
}

static int
take_expectation(Reading *reading, ScanSpan value)
{
	if (reading->head->old)
		return FINE;			/* to be ignored (RFC 9110, section 10.1.1) */
	if (!http_is_text(value, "100-continue"))
		return 417;
	reading->head->expects_continue = true;
	return FINE;
}

/* A list of words, some of which mean something to us. */
static int
take_connection(Reading *reading, ScanSpan value)
{
	while (value.length > 0)
	{
		ScanSpan	word = http_take_until(&value, ',');

		if (word.start == NULL)
		{
			word = value;
			value.length = 0;
		}
		word = http_trim(word);
		reading->closes |= http_is_text(word, "close");
		reading->keeps |= http_is_text(word, "keep-alive");
	}
	return FINE;
}

static const struct
{
	const char *name;
	int			(*take) (Reading *reading, ScanSpan value);
}			known_fields[] = {
	{"host", take_host},
	{"content-length", take_length},
	{"transfer-encoding", take_coding},
	{"expect", take_expectation},
	{"connection", take_connection},
};

#define KNOWN_FIELDS (sizeof(known_fields) / sizeof(known_fields[0]))

/* A line that is a field.  One that goes on with the line before it begins with no name. */
static int
take_field(Reading *reading, ScanSpan line)
{
	HttpHead   *head = reading->head;
	HttpField  *field = &head->fields[head->count];
	ScanSpan	name = http_take_until(&line, ':');

	if (name.length == 0 || !http_bytes_are(name, HTTP_TOKEN))
		return 400;
	if (head->count == HTTP_MOST_FIELDS)
		return 431;
	head->count++;
	*field = (HttpField) {name, http_trim(line)};
	for (size_t i = 0; i < KNOWN_FIELDS; i++)
	{
		if (http_is_field(field, known_fields[i].name))
			return known_fields[i].take(reading, field->value);
	}
	return FINE;
}

/* ---- the whole ---- */

/* A target in absolute form and Host name the same, in the same letters. */
static bool
is_same_host(const Reading *reading)
{
	ScanSpan	authority = reading->authority;
	ScanSpan	host = reading->head->host;

	return authority.start == NULL ||
		(host.start != NULL && host.length == authority.length &&
		 memcmp(host.start, authority.start, host.length) == 0);
}

/* What the fields must be to each other, and say together. */
static int
check_together(Reading *reading)
{
	HttpHead   *head = reading->head;

	if ((head->host.start == NULL && !head->old) || !is_same_host(reading) ||
		(reading->has_length && head->chunked))
		return 400;
	if (!head->chunked && head->body_length == 0)
		head->expects_continue = false;
	head->keeps_alive = !reading->closes && (reading->keeps || !head->old);
	return FINE;
}

/* The next line; all of them end as they should. */
static ScanSpan
take_line(ScanSpan *lines)
{
	ScanSpan	line = http_take_until(lines, '\r');

	lines->start++;				/* LF */
	lines->length--;
	return line;
}

/* All lines, to the empty one. */
static int
take_lines(HttpHead *head, ScanSpan lines)
{
	Reading		reading = {.head = head};
	int			status = take_first_line(&reading, take_line(&lines));

	while (status == FINE)
	{
		ScanSpan	line = take_line(&lines);

		if (line.length == 0)
		{
			status = check_together(&reading);
			return status == FINE ? HTTP_WHOLE : status;
		}
		status = take_field(&reading, line);
	}
	return status;
}

/* What is looked at as it comes. */
typedef struct Look
{
	const char *at;				/* the next byte */
	const char *end;			/* behind those that are there, or may be looked at */
	bool		too_many;		/* those that may be are not all that are there */
} Look;

/* Of the bytes from "begin" on there may be so many. */
static void
look_no_further(Look *look, const char *begin, size_t most)
{
	look->too_many = (size_t) (look->end - begin) > most;
	if (look->too_many)
		look->end = begin + most;
}

/* A line, to its end: WHOLE_LINE; or HTTP_MORE, TOO_LONG, 400. */
static int
look_at_line(Look *look)
{
	while (look->at < look->end && http_byte_is(*look->at, HTTP_TEXT))
		look->at++;
	if (look->at == look->end)
		return look->too_many ? TOO_LONG : HTTP_MORE;
	if (*look->at != '\r')
		return 400;
	if (look->at + 1 == look->end)
		return look->too_many ? TOO_LONG : HTTP_MORE;
	if (look->at[1] != '\n')
		return 400;
	look->at += 2;
	return WHOLE_LINE;
}

/* The first line, to its end. */
static int
look_at_first_line(Look *look, const char *begin, HttpHead *head)
{
	Reading		reading = {.head = head};
	int			status;

	look_no_further(look, begin, MOST_LINE);
	status = look_at_line(look);
	if (status == TOO_LONG)
		return too_long((ScanSpan) {begin, MOST_LINE});
	if (status != WHOLE_LINE)
		return status;
	status = take_first_line(&reading, (ScanSpan) {begin, (size_t) (look->at - begin) - 2});
	return status == FINE ? WHOLE_LINE : status;
}

/* The lines behind it, to an empty one. */
static int
look_at_fields(Look *look, const char *begin)
{
	int			status;

	look_no_further(look, begin, HTTP_MOST_HEAD + 2);
	do
		status = look_at_line(look);
	while (status == WHOLE_LINE && look->at[-3] != '\n');
	return status == TOO_LONG ? 431 : status;
}

/*
 * One empty line may stand before it: some clients send one behind a body (RFC 9112,
 * section 2.2).  While more is to come, head->length says where the first line ends, if that
 * was there.
 */
int
http_parse_head(const char *bytes, size_t length, size_t *looked, HttpHead *head)
{
	const char *begin = length >= 2 && memcmp(bytes, "\r\n", 2) == 0 ? bytes + 2 : bytes;
	Look		look = {.at = bytes + *looked, .end = bytes + length};
	size_t		first = *looked > 0 ? head->length : 0;
	int			status = WHOLE_LINE;

	if (look.at < begin)
		look.at = begin;
	if (first == 0)
	{
		Look		line = look;	/* which has a limit of its own */

		status = look_at_first_line(&line, begin, head);
		look.at = line.at;
		if (status == WHOLE_LINE)
			first = (size_t) (look.at - bytes);
	}
	if (status == WHOLE_LINE)
		status = look_at_fields(&look, bytes + first);
	if (status == WHOLE_LINE)
		status = take_lines(head, (ScanSpan) {begin, (size_t) (look.at - begin)});
	if (status == HTTP_MORE)
		*looked = (size_t) (look.at - bytes);
	head->length = status == HTTP_WHOLE ? (size_t) (look.at - bytes) : first;
	return status;
}
