/*
 * http_proxy.c
 *		What a trusted proxy says of the client in whose name it asks.
 *
 * --trusted-proxy has networks of such proxies; whoever may connect to a Unix socket is
 * one.  Of X-Forwarded-For the last address that is none of theirs is the client's: what
 * stands before it, anybody can have written.
 *
 * Entry points: http_proxies_open, http_proxy_*.
 */
#include "http_proxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command_line.h"
#include "log.h"

#define MOST_NETWORKS 64

static HttpNetwork networks[MOST_NETWORKS];
static int	network_count;

static _Noreturn void
refuse(void)
{
	log_line("--trusted-proxy takes networks such as 10.0.0.0/8,::1 (try --help)");
	exit(EXIT_USAGE);
}

static void
add_network(ScanSpan text)
{
	if (network_count == MOST_NETWORKS || !http_network_read(text, &networks[network_count]))
		refuse();
	network_count++;
}

void
http_proxies_open(void)
{
	const char *rest = options.trusted_proxy;

	while (rest != NULL)
	{
		const char *comma = strchr(rest, ',');

		add_network((ScanSpan) {rest, comma != NULL ? (size_t) (comma - rest) : strlen(rest)});
		rest = comma != NULL ? comma + 1 : NULL;
	}
}

bool
http_proxy_is_trusted(const HttpAddress *address)
{
	if (!address->known)
		return true;
	for (int i = 0; i < network_count; i++)
	{
		if (http_network_has(&networks[i], address))
			return true;
	}
	return false;
}

/* The last element of a list with commas, which is taken off. */
static ScanSpan
take_last(ScanSpan *list)
{
	size_t		start = list->length;
	ScanSpan	last;

	while (start > 0 && list->start[start - 1] != ',')
		start--;
	last = (ScanSpan) {list->start + start, list->length - start};
	list->length = start > 0 ? start - 1 : 0;
	while (last.length > 0 && (last.start[0] == ' ' || last.start[0] == '\t'))
	{
		last.start++;
		last.length--;
	}
	while (last.length > 0 &&
		   (last.start[last.length - 1] == ' ' || last.start[last.length - 1] == '\t'))
		last.length--;
	return last;
}

/* From behind, until an address is none of a proxy's; false: it was found. */
static bool
go_back(ScanSpan list, HttpAddress *address)
{
	while (list.length > 0)
	{
		if (!http_address_read(take_last(&list), address) || !http_proxy_is_trusted(address))
			return false;
	}
	return true;
}

void
http_proxy_client(const HttpHead *head, HttpAddress *address)
{
	for (unsigned int i = head->count; i > 0; i--)
	{
		const HttpField *field = &head->fields[i - 1];

		if (http_is_field(field, "x-forwarded-for") && !go_back(field->value, address))
			return;
	}
}

const char *
http_proxy_scheme(const HttpHead *head)
{
	static const char *const schemes[] = {"http", "https"};
	ScanSpan	value = http_field(head, "x-forwarded-proto");

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
	{
		if (value.length == strlen(schemes[i]) &&
			strncasecmp(value.start, schemes[i], value.length) == 0)
			return schemes[i];
	}
	return NULL;
}

ScanSpan
http_proxy_host(const HttpHead *head)
{
	static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]";
	ScanSpan	value = http_field(head, "x-forwarded-host");

	for (size_t i = 0; i < value.length; i++)
	{
		if (value.start[i] == '\0' || strchr(letters, value.start[i]) == NULL)
			return (ScanSpan) {NULL, 0};
	}
	return value.length > 0 ? value : (ScanSpan) {NULL, 0};
}
