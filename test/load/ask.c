/*
 * ask.c
 *		Requests of SCIM, as text.
 *
 * Entry points: ask_begin, ask_text, and those that make bodies.
 */
#include "ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define MOST_HEAD 2048
#define MOST_USER 1024

static const char *scim_base;
static const Lines *tokens;

Lines
read_lines(const char *path)
{
	Lines		read = {NULL, 0};
	FILE	   *file = fopen(path, "r");
	char	   *line = NULL;
	size_t		size = 0;

	if (file == NULL)
		fail(path, strerror(errno));
	while (getline(&line, &size, file) > 0)
	{
		line[strcspn(line, "\n")] = '\0';
		read.lines = realloc(read.lines, (read.count + 1) * sizeof(char *));
		if (read.lines == NULL)
			fail("memory", "none left");
		read.lines[read.count++] = line;
		line = NULL;
	}
	free(line);
	fclose(file);
	if (read.count == 0)
		fail(path, "nothing is in it");
	return read;
}

void
ask_begin(const char *base, const Lines *of_clients)
{
	scim_base = base;
	tokens = of_clients;
}

/* A line of the head, if there is a value. */
static size_t
line(char *to, size_t size, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return 0;
	return (size_t) snprintf(to, size, "%s%s\r\n", name, value);
}

const char *
ask_text(size_t client, const Request *request, size_t *length)
{
	static char *text;
	static size_t capacity;
	size_t		body = request->body != NULL ? strlen(request->body) : 0;
	const char *token = tokens != NULL ? tokens->lines[client % tokens->count] : NULL;
	size_t		n;

	if (capacity < MOST_HEAD + body)
	{
		capacity = MOST_HEAD + body;
		text = realloc(text, capacity);
		if (text == NULL)
			fail("memory", "none left");
	}
	n = (size_t) snprintf(text, MOST_HEAD,
						  "%s %s%s HTTP/1.1\r\n"
						  "Host: localhost\r\n"
						  "Accept: application/scim+json\r\n",
						  request->method, request->outside ? "" : scim_base, request->path);
	n += line(text + n, MOST_HEAD - n, "Authorization: Bearer ", token);
	n += line(text + n, MOST_HEAD - n, "If-Match: ", request->if_match);
	n += line(text + n, MOST_HEAD - n, "If-None-Match: ", request->if_none_match);
	if (request->body != NULL)
		n += (size_t) snprintf(text + n, MOST_HEAD - n,
							   "Content-Type: application/scim+json\r\n"
							   "Content-Length: %zu\r\n", body);
	n += (size_t) snprintf(text + n, MOST_HEAD - n, "\r\n");
	if (n >= MOST_HEAD)
		fail("a request is too long", request->path);
	if (body > 0)
		memcpy(text + n, request->body, body);
	*length = n + body;
	return text;
}

char *
ask_title(char *to, size_t size, const char *title)
{
	snprintf(to, size,
			 "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],"
			 "\"Operations\":[{\"op\":\"replace\",\"path\":\"title\",\"value\":\"%s\"}]}", title);
	return to;
}

char *
ask_user(char *to, size_t size, const char *name, size_t number)
{
	snprintf(to, size,
			 "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],"
			 "\"userName\":\"%s.%zu@example.com\",\"displayName\":\"Somebody %zu\","
			 "\"name\":{\"givenName\":\"Some\",\"familyName\":\"Body\"},\"active\":true,"
			 "\"emails\":[{\"value\":\"%s.%zu@example.com\",\"type\":\"work\",\"primary\":true}]}",
			 name, number, number, name, number);
	return to;
}

char *
ask_bulk(size_t count, const char *name)
{
	size_t		size = 128 + count * MOST_USER;
	char	   *text = malloc(size);
	char		user[MOST_USER - 100];
	size_t		n;

	if (text == NULL)
		fail("memory", "none left");
	n = (size_t) snprintf(text, size,
						  "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],"
						  "\"Operations\":[");
	for (size_t i = 0; i < count; i++)
		n += (size_t) snprintf(text + n, size - n,
							   "%s{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"%zu\","
							   "\"data\":%s}",
							   i > 0 ? "," : "", i, ask_user(user, sizeof(user), name, i));
	snprintf(text + n, size - n, "]}");
	return text;
}
