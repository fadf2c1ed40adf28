/*
 * http_address.h
 *		Addresses of clients, as bytes: to be compared, counted and printed.
 */
#ifndef BRIDGE_HTTP_ADDRESS_H
#define BRIDGE_HTTP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "scan.h"

/* An IPv6 address; one of IPv4 is mapped into it. */
typedef struct HttpAddress
{
	bool		known;			/* false: it came by a Unix socket, which has none */
	uint8_t		bytes[16];		/* of it */
} HttpAddress;

/* Addresses that begin alike. */
typedef struct HttpNetwork
{
	HttpAddress first;			/* one of them */
	unsigned int bits;			/* how many bits are alike, of 128 */
} HttpNetwork;

/* Bytes of an address as text, with its end. */
#define HTTP_ADDRESS_SIZE INET6_ADDRSTRLEN

/* That of a socket. */
extern HttpAddress http_address_of(const struct sockaddr *name);

/* Read one, as it stands in a header: brackets and a port may be around it. */
extern bool http_address_read(ScanSpan text, HttpAddress *address);

/* As text; "" if there is none. */
extern void http_address_print(const HttpAddress *address, char text[HTTP_ADDRESS_SIZE]);

/* Read "10.0.0.0/8", "::1". */
extern bool http_network_read(ScanSpan text, HttpNetwork *network);

extern bool http_network_has(const HttpNetwork *network, const HttpAddress *address);

#endif							/* BRIDGE_HTTP_ADDRESS_H */
