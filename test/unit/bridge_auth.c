/*
 * bridge_auth.c
 *		Unit test of who asks in HTTP (src/bridge/auth.c), and of the headers that are
 *		handed on (src/bridge/scim_headers.c).  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "bridge_test.h"
#include "command_line.h"
#include "log.h"
#include "scim_headers.h"

#define TOKEN "scimver_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO-_"

/* Headers of requests. */
#define HOST "Host: x\r\n"
#define LOCAL "Host: localhost\r\n"
#define BEARER "Authorization: Bearer "
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO"

/* SHA-256 of it, by sha256sum. */
static const char token_digest[] =
"2f686c7daf4873e8880d18fb2a3634d053d79ea532370819abd341dc6446624f";

Options		options;

/* What the modules want of others. */
void
log_line(const char *format, ...)
{
	(void) format;
}

/* A request with these fields, which end with an empty line. */
static HttpExchange
exchange_of(const char *fields)
{
	static char text[4096];
	HttpExchange exchange = {NULL};
	size_t		looked = 0;

	(void) snprintf(text, sizeof(text), "GET /scim/v2/Users HTTP/1.1\r\n%s\r\n", fields);
	if (http_parse_head(text, strlen(text), &looked, &exchange.head) != HTTP_WHOLE)
	{
		printf("Bail out! no head: %s\n", text);
		exit(1);
	}
	return exchange;
}

/* ---- who asks ---- */

typedef struct AuthCase
{
	const char *fields;
	int			refused;		/* OwnError, or one of these */
} AuthCase;

enum
{
	BY_TOKEN = -1, BY_LOOPBACK = -2, BY_NOBODY = -3
};

static const AuthCase with_tokens[] = {
	{HOST BEARER TOKEN "\r\n", BY_TOKEN},
	{HOST "authorization:bearer    " TOKEN "  \r\n", BY_TOKEN},
	{HOST, ERROR_TOKEN_MISSING},
	{HOST "Authorization:\r\n", ERROR_TOKEN_MISSING},
	{HOST "Authorization: Basic " TOKEN "\r\n", ERROR_TOKEN_MISSING},
	{HOST "Authorization: " TOKEN "\r\n", ERROR_TOKEN_MISSING},
	{HOST "Authorization: BearerX " TOKEN "\r\n", ERROR_TOKEN_MISSING},
	{HOST "Authorization: Bearer\t" TOKEN "\r\n", ERROR_TOKEN_MISSING},
	{HOST "Authorization: Bearer\r\n", ERROR_TOKEN_INVALID},
	{HOST BEARER TOKEN "x\r\n", ERROR_TOKEN_INVALID},
	{HOST BEARER TOKEN " x\r\n", ERROR_TOKEN_INVALID},
	{HOST BEARER "Scimver_" LETTERS "-_\r\n", ERROR_TOKEN_INVALID},
	{HOST BEARER "scimver_" LETTERS "+/\r\n", ERROR_TOKEN_INVALID},
	{HOST BEARER "scimver_" LETTERS "-=\r\n", ERROR_TOKEN_INVALID},
	{HOST BEARER "scimver_" LETTERS "-\r\n", ERROR_TOKEN_INVALID},
	{HOST BEARER TOKEN "\r\nAuthorization: Bearer " TOKEN "\r\n", ERROR_TOKEN_TWICE},
	{HOST "Authorization: Basic x\r\n" BEARER TOKEN "\r\n", ERROR_TOKEN_TWICE},
	{NULL, 0}
};

static const AuthCase with_loopback[] = {
	{"Host: localhost\r\n", BY_LOOPBACK},
	{"Host: LOCALHOST:8080\r\n", BY_LOOPBACK},
	{"Host: 127.0.0.1:1\r\n", BY_LOOPBACK},
	{"Host: [::1]\r\n", BY_LOOPBACK},
	{"Host: [::1]:65535\r\n", BY_LOOPBACK},
	{LOCAL "Origin: http://localhost:3000\r\n", BY_LOOPBACK},
	{LOCAL "Origin: https://[::1]\r\n", BY_LOOPBACK},
	{"Host: 127.0.0.1.example.com\r\n", ERROR_NOT_LOCAL},
	{"Host: localhost.example.com:80\r\n", ERROR_NOT_LOCAL},
	{"Host: example.com\r\n", ERROR_NOT_LOCAL},
	{"Host: 127.0.0.2\r\n", ERROR_NOT_LOCAL},
	{"Host: xlocalhost\r\n", ERROR_NOT_LOCAL},
	{"Host: local\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Origin: null\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Origin:\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Origin: http://example.com\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Origin: http://localhost@example.com\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Origin: http://localhost/\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Origin: file://localhost\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Origin: http://localhost\r\nOrigin: http://localhost\r\n", ERROR_NOT_LOCAL},
	/* a proxy's clients may be anywhere */
	{LOCAL "X-Forwarded-For: 127.0.0.1\r\n", ERROR_NOT_LOCAL},
	{LOCAL "X-Forwarded-Host: localhost\r\n", ERROR_NOT_LOCAL},
	{LOCAL "x-forwarded-proto:\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Forwarded: for=127.0.0.1\r\n", ERROR_NOT_LOCAL},
	{LOCAL "Via: 1.1 front\r\n", ERROR_NOT_LOCAL},
	{LOCAL "X-Real-IP: 127.0.0.1\r\n", ERROR_NOT_LOCAL},
	{LOCAL "X-Forwarded-For: 192.0.2.1\r\n" BEARER TOKEN "\r\n", BY_TOKEN},
	/* a token is never ignored */
	{"Host: example.com\r\nAuthorization: Bearer " TOKEN "\r\n", BY_TOKEN},
	{LOCAL BEARER "x\r\n", ERROR_TOKEN_INVALID},
	{"Host: localhost\r\nAuthorization: Basic x\r\n", ERROR_TOKEN_MISSING},
	{NULL, 0}
};

static const AuthCase with_discovery[] = {
	{HOST, BY_NOBODY},
	{HOST BEARER TOKEN "\r\n", BY_TOKEN},
	{HOST BEARER "x\r\n", ERROR_TOKEN_INVALID},
	{NULL, 0}
};

/* What is said of a request: by whom it is, or why it is refused. */
static int
said(const HttpExchange *exchange, Credentials *who)
{
	OwnError	error;

	if (!auth_read(exchange, who, &error))
		return (int) error;
	if (who->token)
		return who->loopback ? ERROR_INTERNAL : BY_TOKEN;
	return who->loopback ? BY_LOOPBACK : BY_NOBODY;
}

static void
check_cases(const AuthCase *cases)
{
	for (const AuthCase *one = cases; one->fields != NULL; one++)
	{
		HttpExchange exchange = exchange_of(one->fields);
		Credentials who;
		char		shown[512];
		char	   *end;

		(void) snprintf(shown, sizeof(shown), "%s", one->fields);
		while ((end = strstr(shown, "\r\n")) != NULL)
			memcpy(end, "; ", 2);
		ok(said(&exchange, &who) == one->refused, shown);
	}
}

static void
check_digest(void)
{
	HttpExchange exchange = exchange_of(with_tokens[0].fields);
	Credentials who;
	char		hex[2 * AUTH_DIGEST + 1];

	(void) said(&exchange, &who);
	for (int i = 0; i < AUTH_DIGEST; i++)
		(void) sprintf(hex + 2 * i, "%02x", who.digest[i]);
	ok(strcmp(hex, token_digest) == 0, "the digest is SHA-256 of the token");
	ok(auth_challenge(200, true) == NULL && auth_challenge(403, true) == NULL,
	   "a challenge goes with 401 alone");
	ok(strcmp(auth_challenge(401, false), "Bearer realm=\"scimver\"") == 0,
	   "who has no token is told how");
	ok(strstr(auth_challenge(401, true), "error=\"invalid_token\"") != NULL,
	   "who has a wrong one, that it is");
}

/* ---- headers ---- */

static void
check_headers(const char *fields, const char *expected, const char *what)
{
	HttpExchange exchange = exchange_of(fields);
	Buf			text = {NULL, 0, 0};

	scim_headers_put(&text, &exchange.head);
	ok(text.length == strlen(expected) && memcmp(text.data, expected, text.length) == 0, what);
	buf_free(&text);
}

static void
check_valid(const char *fields, bool expected, const char *what)
{
	HttpExchange exchange = exchange_of(fields);

	ok(scim_headers_valid(&exchange.head) == expected, what);
}

int
main(void)
{
	check_cases(with_tokens);
	check_digest();
	options.open_discovery = true;
	check_cases(with_discovery);
	options.open_discovery = false;
	options.loopback_role = "somebody";
	check_cases(with_loopback);

	check_headers(HOST "X-Other: 1\r\n", "{}", "others are not handed on");
	check_headers(HOST "IF-MATCH: W/\"a\"\r\n", "{\"if-match\":\"W/\\\"a\\\"\"}",
				  "a header, as JSON");
	check_headers(HOST "If-Match: W/\"a\"\r\nAccept: */*\r\nif-match: W/\"b\"\r\n",
				  "{\"if-match\":\"W/\\\"a\\\", W/\\\"b\\\"\",\"accept\":\"*/*\"}",
				  "several lines are one");
	check_headers(HOST "Prefer:\r\nContent-Type: a\tb\r\nIf-None-Match: *\r\n",
				  "{\"if-none-match\":\"*\",\"content-type\":\"a\\tb\",\"prefer\":\"\"}",
				  "an empty one, and a tab");
	check_headers(HOST "Accept: \xc3\xa9\r\n", "{\"accept\":\"\xc3\xa9\"}", "UTF-8");
	check_valid(HOST "Accept: \xc3\xa9\r\n", true, "UTF-8 is valid");
	check_valid(HOST "Prefer: \xe9\r\n", false, "Latin-1 is not");
	check_valid(HOST "X-Other: \xe9\r\n", true, "but in what is not handed on");
	printf("1..%d\n", tests);
	return failures > 0;
}
