/*
 * auth.c
 *		Who asks: from the head of a request to the digest of a token.
 *
 * Tokens stand in one header, Authorization, and nowhere else.  The database knows
 * only their digests, and is asked by them: how long it looks says nothing of a token.
 *
 * With --insecure-loopback who has none is believed to sit at this machine.  A web page
 * that somebody looks at there is not he: its requests tell where they come from
 * (Origin), and by which name they found the way (Host).
 *
 * Entry points: auth_open, auth_read, auth_challenge.
 */
#include "auth.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command_line.h"
#include "log.h"

/* What all tokens begin with, and how long they are. */
#define TOKEN_PREFIX "scimver_"
#define TOKEN_LENGTH (sizeof(TOKEN_PREFIX) - 1 + 43)

#define SCHEME "bearer"
#define REALM "Bearer realm=\"scimver\""

static bool
begins_with(ScanSpan span, const char *text)
{
	return span.length >= strlen(text) && memcmp(span.start, text, strlen(text)) == 0;
}

/* ---- tokens ---- */

/* Is that a letter of base64url? */
static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '_';
}

/* Has it the form of one? */
static bool
is_token(ScanSpan span)
{
	if (span.length != TOKEN_LENGTH || !begins_with(span, TOKEN_PREFIX))
		return false;
	for (size_t i = 0; i < span.length; i++)
	{
		if (!is_letter(span.start[i]))
			return false;
	}
	return true;
}

/* What stands behind "Bearer" and blanks; absent: that is no such scheme. */
static ScanSpan
bearer(ScanSpan value)
{
	size_t		length = strlen(SCHEME);

	if (value.length < length || strncasecmp(value.start, SCHEME, length) != 0 ||
		(value.length > length && value.start[length] != ' '))
		return (ScanSpan) {NULL, 0};
	while (length < value.length && value.start[length] == ' ')
		length++;
	return (ScanSpan) {value.start + length, value.length - length};
}

static void
digest(ScanSpan token, unsigned char *out)
{
	if (EVP_Digest(token.start, token.length, out, NULL, EVP_sha256(), NULL) != 1)
		log_fatal("cannot compute a digest");
}

/* ---- this machine ---- */

/* The same without a port behind it. */
static ScanSpan
without_port(ScanSpan host)
{
	size_t		length = host.length;

	while (length > 0 && host.start[length - 1] >= '0' && host.start[length - 1] <= '9')
		length--;
	if (length > 0 && length < host.length && host.start[length - 1] == ':')
		host.length = length - 1;
	return host;
}

/* Is that this machine, at any port? */
static bool
is_this_machine(ScanSpan host)
{
	static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

	if (host.start == NULL)
		return false;
	host = without_port(host);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (host.length == strlen(names[i]) &&
			strncasecmp(host.start, names[i], host.length) == 0)
			return true;
	}
	return false;
}

/* Is that a page of this machine's?  "null" is none: pages of anywhere can have it. */
static bool
is_own_origin(ScanSpan origin)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
	{
		size_t		length = strlen(schemes[i]);

		if (begins_with(origin, schemes[i]))
			return is_this_machine((ScanSpan) {origin.start + length, origin.length - length});
	}
	return false;
}

/* Has a proxy handed it on, for who knows whom?  That it is a trusted one says nothing of him. */
static bool
comes_by_proxy(const HttpHead *head)
{
	static const char *const names[] = {
		"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if (http_field_count(head, names[i]) > 0)
			return true;
	}
	return false;
}

/* By Host, which a proxy may have replaced or just handed on, and by Origin. */
static bool
is_local(const HttpExchange *exchange)
{
	unsigned int origins = http_field_count(&exchange->head, "origin");

	return is_this_machine(exchange->head.host) && !comes_by_proxy(&exchange->head) &&
		(origins == 0 ||
		 (origins == 1 && is_own_origin(http_field(&exchange->head, "origin"))));
}

/* ---- entry points ---- */

void
auth_open(void)
{
	const char *address = options.http;

	if (options.loopback_role == NULL)
		return;
	if (strncmp(address, "127.0.0.1:", 10) == 0 || strncmp(address, "[::1]:", 6) == 0 ||
		strspn(address, "0123456789") == strlen(address))
		return;
	log_line("--insecure-loopback goes with --http 127.0.0.1:PORT or [::1]:PORT alone");
	exit(EXIT_USAGE);
}

bool
auth_read(const HttpExchange *exchange, Credentials *who, OwnError *error)
{
	unsigned int count = http_field_count(&exchange->head, "authorization");
	ScanSpan	token = {NULL, 0};

	memset(who, 0, sizeof(*who));
	if (count > 1)
	{
		*error = ERROR_TOKEN_TWICE;
		return false;
	}
	if (count == 1)
		token = bearer(http_field(&exchange->head, "authorization"));
	else if (options.loopback_role != NULL)
	{
		who->loopback = is_local(exchange);
		*error = ERROR_NOT_LOCAL;
		return who->loopback;
	}
	else if (options.open_discovery)
		return true;
	if (token.start == NULL || !is_token(token))
	{
		*error = token.start == NULL ? ERROR_TOKEN_MISSING : ERROR_TOKEN_INVALID;
		return false;
	}
	who->token = true;
	digest(token, who->digest);
	return true;
}

const char *
auth_challenge(int status, bool token_sent)
{
	if (status != 401)
		return NULL;
	return token_sent ? REALM ", error=\"invalid_token\"" : REALM;
}
