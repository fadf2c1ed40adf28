/*
 * bridge_proxy.c
 *		Unit test of addresses, of what trusted proxies say, and of how many may come from
 *		one address (src/bridge/http_address.c, http_proxy.c, http_crowd.c).  Prints TAP.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "http_crowd.h"
#include "http_proxy.h"

Options		options = {.max_connections = 1000, .max_per_address = 2};

static int	tests = 0;
static int	failures = 0;

static void
is(const char *got, const char *expected, const char *of)
{
	bool		good = strcmp(got, expected) == 0;

	tests++;
	failures += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, of);
	if (!good)
		printf("# got %s, expected %s\n", got, expected);
}

static void
ok(bool good, const char *of)
{
	is(good ? "so" : "not so", "so", of);
}

/* http_proxy.c and buf.c want them */
void
log_line(const char *format, ...)
{
	(void) format;
}

void
log_fatal(const char *format, ...)
{
	(void) format;
	exit(1);
}

static ScanSpan
span(const char *text)
{
	return (ScanSpan) {text, text != NULL ? strlen(text) : 0};
}

static HttpAddress
address_of(const char *text)
{
	HttpAddress address = {.known = false};

	if (text[0] != '\0' && !http_address_read(span(text), &address))
		printf("# no address: %s\n", text);
	return address;
}

/* ---- addresses ---- */

/* How it is printed; "none" of what is no address. */
static const char *
read_and_print(const char *text)
{
	static char printed[HTTP_ADDRESS_SIZE];
	HttpAddress address;

	if (!http_address_read(span(text), &address))
		return "none";
	http_address_print(&address, printed);
	return printed;
}

static void
check_reading(void)
{
	static const struct
	{
		const char *text;
		const char *printed;
	}			cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"192.0.2.1:8080", "192.0.2.1"},
		{"::1", "::1"},
		{"[::1]", "::1"},
		{"[::1]:8080", "::1"},
		{"2001:DB8::1", "2001:db8::1"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"", "none"},
		{"unknown", "none"},
		{"_hidden", "none"},
		{"192.0.2.256", "none"},
		{"192.0.2", "none"},
		{"192.0.2.1 ", "none"},
		{"[192.0.2.1", "none"},
		{"[::1", "none"},
		{"[]", "none"},
		{":", "none"},
		{"::1%eth0", "none"},
		{"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd", "none"},
	};
	const ScanSpan nul = {"192.0.2.1\0x", 11};
	HttpAddress address;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is(read_and_print(cases[i].text), cases[i].printed, cases[i].text);
	ok(!http_address_read(nul, &address), "an address with NUL is none");
}

static void
check_sockets(void)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr unix_socket = {.sa_family = AF_UNIX};
	char		printed[HTTP_ADDRESS_SIZE];
	HttpAddress address;

	(void) inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
	(void) inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
	address = http_address_of((struct sockaddr *) &v4);
	http_address_print(&address, printed);
	is(printed, "192.0.2.7", "that of an IPv4 socket");
	address = http_address_of((struct sockaddr *) &v6);
	http_address_print(&address, printed);
	is(printed, "2001:db8::7", "that of an IPv6 socket");
	address = http_address_of(&unix_socket);
	http_address_print(&address, printed);
	is(printed, "", "a Unix socket has none");
}

/* ---- networks ---- */

static void
check_networks(void)
{
	static const struct
	{
		const char *network;
		const char *address;
		const char *has;		/* "in", "out"; "none": that is no network */
	}			cases[] = {
		{"10.0.0.0/8", "10.255.0.1", "in"},
		{"10.0.0.0/8", "11.0.0.1", "out"},
		{"192.0.2.1", "192.0.2.1", "in"},
		{"192.0.2.1", "192.0.2.2", "out"},
		{"192.0.2.128/25", "192.0.2.129", "in"},
		{"192.0.2.128/25", "192.0.2.127", "out"},
		{"192.0.2.0/31", "192.0.2.1", "in"},
		{"192.0.2.0/31", "192.0.2.2", "out"},
		{"0.0.0.0/0", "203.0.113.9", "in"},
		{"0.0.0.0/0", "2001:db8::1", "out"},
		{"::/0", "2001:db8::1", "in"},
		{"2001:db8::/32", "2001:db8:ffff::1", "in"},
		{"2001:db8::/32", "2001:db9::1", "out"},
		{"2001:db8::/33", "2001:db8:7fff::1", "in"},
		{"2001:db8::/33", "2001:db8:8000::1", "out"},
		{"::1", "::1", "in"},
		{"::1", "::2", "out"},
		{"::1", "", "out"},
		{"::ffff:10.0.0.0/104", "10.1.2.3", "in"},
		{"", "", "none"},
		{"10.0.0.0/33", "", "none"},
		{"10.0.0.0/", "", "none"},
		{"10.0.0.0/8x", "", "none"},
		{"10.0.0.0/-1", "", "none"},
		{"10.0.0.0/0008", "", "none"},
		{"::/129", "", "none"},
		{"/8", "", "none"},
		{"[::1]", "", "none"},
		{"10.0.0.1:80", "", "none"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		HttpAddress address = address_of(cases[i].address);
		HttpNetwork network;
		const char *got = "none";
		char		of[128];

		if (http_network_read(span(cases[i].network), &network))
			got = http_network_has(&network, &address) ? "in" : "out";
		(void) snprintf(of, sizeof(of), "\"%s\" and \"%s\"", cases[i].network, cases[i].address);
		is(got, cases[i].has, of);
	}
}

/* ---- what proxies say ---- */

/* A head with these fields: name, value, name, value, NULL. */
static HttpHead
head_of(const char *const *words)
{
	HttpHead	head = {.count = 0};

	for (; words[0] != NULL; words += 2)
		head.fields[head.count++] = (HttpField) {span(words[0]), span(words[1])};
	return head;
}

/* The client, by way of a proxy at 10.0.0.1. */
static const char *
client(const char *first, const char *second)
{
	static char printed[HTTP_ADDRESS_SIZE];
	const char *const words[] = {
		"Host", "a", "X-Forwarded-For", first,
		second != NULL ? "x-forwarded-for" : NULL, second, NULL
	};
	HttpHead	head = head_of(words);
	HttpAddress address = address_of("10.0.0.1");

	http_proxy_client(&head, &address);
	http_address_print(&address, printed);
	return printed;
}

static void
check_clients(void)
{
	const HttpHead none = {.count = 0};
	HttpAddress address = address_of("10.0.0.1");
	char		printed[HTTP_ADDRESS_SIZE];

	is(client("192.0.2.1", NULL), "192.0.2.1", "the client's address");
	is(client("192.0.2.9, 192.0.2.1", NULL), "192.0.2.1", "not what it wrote itself");
	is(client("192.0.2.1, 10.0.0.2", NULL), "192.0.2.1", "behind two proxies of ours");
	is(client("192.0.2.9,192.0.2.1\t,  ::1 ,10.0.0.2", NULL), "192.0.2.1", "behind four");
	is(client("192.0.2.9", "192.0.2.1"), "192.0.2.1", "the last of two fields");
	is(client("192.0.2.1", "10.0.0.3"), "192.0.2.1", "behind the proxies of the last one");
	is(client("[2001:db8::1]:4711", NULL), "2001:db8::1", "one with a port");
	is(client("nonsense", NULL), "10.0.0.1", "nonsense: the proxy's");
	is(client("192.0.2.1, nonsense, 10.0.0.2", NULL), "10.0.0.2", "nonsense behind a proxy");
	is(client("", NULL), "10.0.0.1", "nothing: the proxy's");
	is(client("10.0.0.4", NULL), "10.0.0.4", "proxies alone: the first one");
	http_proxy_client(&none, &address);
	http_address_print(&address, printed);
	is(printed, "10.0.0.1", "no field: the proxy's");
}

static void
check_trust(void)
{
	HttpAddress proxy = address_of("10.0.0.1");
	HttpAddress other = address_of("11.0.0.1");
	HttpAddress unix_socket = {.known = false};

	ok(http_proxy_is_trusted(&proxy), "a proxy is trusted");
	ok(!http_proxy_is_trusted(&other), "others are not");
	ok(http_proxy_is_trusted(&unix_socket), "by a Unix socket a proxy comes");
}

static const char *
or_none(const char *word)
{
	return word != NULL ? word : "none";
}

static void
check_schemes(void)
{
	static const char *const cases[][2] = {
		{"https", "https"}, {"HTTPS", "https"}, {"http", "http"}, {"ftp", "none"}, {"", "none"},
		{"https,http", "none"}, {"http\r", "none"}
	};
	const char *const twice[] = {"X-Forwarded-Proto", "https", "X-Forwarded-Proto", "http", NULL};
	HttpHead	head;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *const words[] = {"X-Forwarded-Proto", cases[i][0], NULL};

		head = head_of(words);
		is(or_none(http_proxy_scheme(&head)), cases[i][1], cases[i][0]);
	}
	head = head_of(twice);
	is(or_none(http_proxy_scheme(&head)), "none", "two schemes are none");
}

static void
check_hosts(void)
{
	static const char *const good[] = {"example.com", "example.com:8443", "[::1]:80", "a_b-c"};
	static const char *const bad[] = {"", "a b", "a/b", "a@b", "a,b", "a\xC3\xA9", "a\"", "a%20"};
	HttpHead	head;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		const char *const words[] = {"X-Forwarded-Host", good[i], NULL};

		head = head_of(words);
		ok(http_proxy_host(&head).start == good[i], good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		const char *const words[] = {"X-Forwarded-Host", bad[i], NULL};

		head = head_of(words);
		ok(http_proxy_host(&head).start == NULL, "no host");
	}
}

/* ---- how many ---- */

static bool
enter(const char *text)
{
	HttpAddress address = address_of(text);

	return http_crowd_enter(&address);
}

static void
leave(const char *text)
{
	HttpAddress address = address_of(text);

	http_crowd_leave(&address);
}

static void
check_crowd(void)
{
	const int	places = options.max_connections - 12;	/* those that the others leave */
	bool		all = true;
	char		text[64];

	ok(enter("192.0.2.1") && enter("192.0.2.1"), "two of one address");
	ok(!enter("192.0.2.1"), "not three");
	ok(enter("192.0.2.2"), "one of another address");
	leave("192.0.2.1");
	ok(enter("192.0.2.1") && !enter("192.0.2.1"), "one for one that has left");
	ok(enter("2001:db8::1") && enter("2001:db8::2") && !enter("2001:db8::ffff:3"),
	   "of IPv6 64 bits are one address");
	ok(enter("2001:db8:0:1::1"), "and the next ones another one");
	ok(enter("10.0.0.1") && enter("10.0.0.1") && enter("10.0.0.1"), "by a proxy come many");
	ok(enter("") && enter("") && enter(""), "and by a Unix socket");
	leave("192.0.2.1");
	leave("192.0.2.1");
	ok(enter("192.0.2.1") && enter("192.0.2.1") && !enter("192.0.2.1"), "all leave, others come");
	for (int i = 0; i < places; i++)
	{
		(void) snprintf(text, sizeof(text), "198.51.%d.%d", i / 250, i % 250);
		all = enter(text) && all;
	}
	ok(all && !enter("198.51.100.1"), "no more than all may be");
	leave("198.51.0.0");
	ok(enter("198.51.100.1") && !enter("198.51.100.2"), "one goes, one comes");
	for (int i = 1; i < places; i++)
	{
		(void) snprintf(text, sizeof(text), "198.51.%d.%d", i / 250, i % 250);
		leave(text);
	}
	ok(enter("198.51.100.1"), "when they have gone, others come");
}

int
main(void)
{
	options.trusted_proxy = "10.0.0.0/8,::1";
	http_proxies_open();
	check_reading();
	check_sockets();
	check_networks();
	check_clients();
	check_trust();
	check_schemes();
	check_hosts();
	options.trusted_proxy = NULL;
	check_crowd();
	printf("1..%d\n", tests);
	return failures > 0;
}
