/*
 * http_address.c
 *		Addresses of clients, as bytes: to be compared, counted and printed.
 *
 * Entry points: http_address_*, http_network_*.
 */
#include "http_address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* How an IPv4 address begins when it is mapped into IPv6, and how many bits that are. */
static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};

#define MAPPED_BITS 96

static HttpAddress
of_ipv4(const struct in_addr *ip)
{
	HttpAddress address = {.known = true};

	memcpy(address.bytes, mapped, sizeof(mapped));
	memcpy(address.bytes + sizeof(mapped), ip, 4);
	return address;
}

static HttpAddress
of_ipv6(const struct in6_addr *ip)
{
	HttpAddress address = {.known = true};

	memcpy(address.bytes, ip, 16);
	return address;
}

static bool
is_ipv4(const HttpAddress *address)
{
	return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

HttpAddress
http_address_of(const struct sockaddr *name)
{
	if (name->sa_family == AF_INET)
		return of_ipv4(&((const struct sockaddr_in *) name)->sin_addr);
	if (name->sa_family == AF_INET6)
		return of_ipv6(&((const struct sockaddr_in6 *) name)->sin6_addr);
	return (HttpAddress) {.known = false};
}

/* The address alone. */
static bool
read_plain(ScanSpan text, HttpAddress *address)
{
	char		copy[HTTP_ADDRESS_SIZE];
	struct in_addr v4;
	struct in6_addr v6;

	if (text.length >= sizeof(copy) || memchr(text.start, '\0', text.length) != NULL)
		return false;
	memcpy(copy, text.start, text.length);
	copy[text.length] = '\0';
	if (inet_pton(AF_INET, copy, &v4) == 1)
		*address = of_ipv4(&v4);
	else if (inet_pton(AF_INET6, copy, &v6) == 1)
		*address = of_ipv6(&v6);
	else
		return false;
	return true;
}

/* What stands between brackets, or before the one colon that there is. */
static ScanSpan
without_port(ScanSpan text)
{
	const char *colon = memchr(text.start, ':', text.length);
	const char *end;

	if (text.start[0] == '[')
	{
		end = memchr(text.start, ']', text.length);
		return end == NULL ? text : (ScanSpan) {text.start + 1, (size_t) (end - text.start) - 1};
	}
	if (colon == NULL || memchr(colon + 1, ':', text.length - (size_t) (colon + 1 - text.start)))
		return text;
	return (ScanSpan) {text.start, (size_t) (colon - text.start)};
}

bool
http_address_read(ScanSpan text, HttpAddress *address)
{
	return text.length > 0 && read_plain(without_port(text), address);
}

void
http_address_print(const HttpAddress *address, char text[HTTP_ADDRESS_SIZE])
{
	text[0] = '\0';
	if (!address->known)
		return;
	if (is_ipv4(address))
		(void) inet_ntop(AF_INET, address->bytes + sizeof(mapped), text, HTTP_ADDRESS_SIZE);
	else
		(void) inet_ntop(AF_INET6, address->bytes, text, HTTP_ADDRESS_SIZE);
}

/* A number of bits, up to that; -1: it is none. */
static int
read_bits(ScanSpan text, int most)
{
	int			bits = 0;

	if (text.length == 0 || text.length > 3)
		return -1;
	for (size_t i = 0; i < text.length; i++)
	{
		if (text.start[i] < '0' || text.start[i] > '9')
			return -1;
		bits = bits * 10 + (text.start[i] - '0');
	}
	return bits <= most ? bits : -1;
}

bool
http_network_read(ScanSpan text, HttpNetwork *network)
{
	const char *slash = memchr(text.start, '/', text.length);
	size_t		length = slash != NULL ? (size_t) (slash - text.start) : text.length;
	int			before;
	int			bits;

	if (!read_plain((ScanSpan) {text.start, length}, &network->first))
		return false;
	before = is_ipv4(&network->first) && memchr(text.start, ':', length) == NULL ? MAPPED_BITS : 0;
	bits = 128 - before;
	if (slash != NULL)
		bits = read_bits((ScanSpan) {slash + 1, text.length - length - 1}, 128 - before);
	if (bits < 0)
		return false;
	network->bits = (unsigned int) (before + bits);
	return true;
}

bool
http_network_has(const HttpNetwork *network, const HttpAddress *address)
{
	unsigned int whole = network->bits / 8;
	unsigned int rest = network->bits % 8;
	uint8_t		mask = (uint8_t) (0xFF << (8 - rest));

	if (!address->known || memcmp(network->first.bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || ((network->first.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}
