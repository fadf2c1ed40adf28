/*
 * http_status.c
 *		What the statuses of HTTP are called, and what we say when we refuse with one:
 *		a table.
 *
 * Entry points: http_status_phrase, http_status_detail.
 */
#include "http_status.h"

#include <stddef.h>

static const struct
{
	int			status;
	const char *phrase;
	const char *detail;			/* NULL: the bridge itself never refuses so */
}			statuses[] = {
	{200, "OK", NULL},
	{201, "Created", NULL},
	{202, "Accepted", NULL},
	{204, "No Content", NULL},
	{304, "Not Modified", NULL},
	{307, "Temporary Redirect", NULL},
	{308, "Permanent Redirect", NULL},
	{400, "Bad Request", "The request is not well-formed HTTP."},
	{401, "Unauthorized", "A valid token is needed: Authorization: Bearer ..."},
	{403, "Forbidden", "That is not allowed."},
	{404, "Not Found", "Nothing is served at this path."},
	{405, "Method Not Allowed", "This path does not take that method."},
	{406, "Not Acceptable", NULL},
	{408, "Request Timeout", "The request took too long to arrive."},
	{409, "Conflict", NULL},
	{410, "Gone", NULL},
	{412, "Precondition Failed", NULL},
	{413, "Content Too Large", "The body of the request is larger than this server takes."},
	{414, "URI Too Long", "The target of the request is longer than 16 kB."},
	{415, "Unsupported Media Type", NULL},
	{417, "Expectation Failed", "Of expectations only 100-continue is known."},
	{422, "Unprocessable Content", NULL},
	{424, "Failed Dependency", NULL},
	{428, "Precondition Required", NULL},
	{429, "Too Many Requests", "There were too many requests: try again later."},
	{431, "Request Header Fields Too Large",
	"The header fields of the request are more than 64, or longer than 16 kB."},
	{500, "Internal Server Error", "The server could not answer."},
	{501, "Not Implemented", "The method of the request is not known."},
	{502, "Bad Gateway", NULL},
	{503, "Service Unavailable", "The server cannot take the request now: try again later."},
	{504, "Gateway Timeout", NULL},
	{505, "HTTP Version Not Supported", "The version of the request is not HTTP/1.0 or HTTP/1.1."},
	{507, "Insufficient Storage", NULL},
};

/* Where it stands; the table's end if it does not. */
static size_t
find(int status)
{
	size_t		i = 0;

	while (i < sizeof(statuses) / sizeof(statuses[0]) && statuses[i].status != status)
		i++;
	return i;
}

const char *
http_status_phrase(int status)
{
	size_t		i = find(status);

	return i < sizeof(statuses) / sizeof(statuses[0]) ? statuses[i].phrase : "";
}

const char *
http_status_detail(int status)
{
	size_t		i = find(status);

	return i < sizeof(statuses) / sizeof(statuses[0]) && statuses[i].detail != NULL ?
		statuses[i].detail : http_status_phrase(status);
}
