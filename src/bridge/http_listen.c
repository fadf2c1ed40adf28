/*
 * http_listen.c
 *		Where clients connect: addresses and Unix sockets.
 *
 * The file of a Unix socket is ours to make and to remove; one that stands there
 * already is replaced if it is a socket at which nobody listens.
 *
 * Entry points: http_listen, http_listen_no_more.
 */
#include "http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "buf.h"
#include "log.h"

/* As many as there are options that name one: --http, --metrics. */
#define MOST_LISTENERS 2

/* So many are let in before others have their turn. */
#define AT_ONCE 64

/* The host of an address that is a port alone. */
#define DEFAULT_HOST "127.0.0.1"

static HttpListener listeners[MOST_LISTENERS];
static int	listener_count;
static HttpTaken taken_by;

static _Noreturn void
refuse(const HttpListener *listener, const char *why)
{
	log_line("cannot listen at %s: %s", listener->address, why);
	exit(EXIT_USAGE);
}

/* ---- letting in ---- */

static void
on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	HttpListener *listener = arg;

	(void) fd;
	(void) what;
	if (event_add(listener->waiting, NULL) < 0)
		log_fatal("cannot watch a socket");
}

/* There are no more descriptors, or no memory for a socket: others have to go first. */
static void
pause_for(HttpListener *listener, int error)
{
	static const struct timeval second = {1, 0};

	log_line("cannot let in who connects at %s: %s", listener->address, strerror(error));
	if (event_del(listener->waiting) < 0 || event_add(listener->pause, &second) < 0)
		log_fatal("cannot stop watching a socket");
}

static void
on_waiting(evutil_socket_t fd, short what, void *arg)
{
	HttpListener *listener = arg;

	(void) what;
	for (int i = 0; i < AT_ONCE; i++)
	{
		struct sockaddr_storage name = {.ss_family = AF_UNSPEC};
		socklen_t	length = sizeof(name);
		int			client = accept4(fd, (struct sockaddr *) &name, &length,
									 SOCK_NONBLOCK | SOCK_CLOEXEC);
		HttpAddress peer;

		if (client >= 0)
		{
			peer = http_address_of((struct sockaddr *) &name);
			taken_by(listener, client, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_for(listener, errno);
		if (errno != EINTR && errno != ECONNABORTED)
			break;
	}
}

/* ---- Unix sockets ---- */

static void
remove_files(void)
{
	for (int i = 0; i < listener_count; i++)
	{
		if (listeners[i].path != NULL && unlink(listeners[i].path) < 0)
			continue;			/* somebody else has removed it */
	}
}

/* Does nobody listen at this socket? */
static bool
is_left_behind(const struct sockaddr_un *name)
{
	int			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat status;
	bool		refused;

	if (fd < 0)
		return false;
	refused = lstat(name->sun_path, &status) == 0 && S_ISSOCK(status.st_mode) &&
		connect(fd, (const struct sockaddr *) name, sizeof(*name)) < 0 && errno == ECONNREFUSED;
	(void) close(fd);
	return refused;
}

/* The group may connect, others may not: a proxy runs as another user. */
static void
bind_unix(HttpListener *listener)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	mode_t		mask;
	int			bound;

	if (listener->path[0] == '\0' || strlen(listener->path) >= sizeof(name.sun_path))
		refuse(listener, "the path is too long, or there is none");
	(void) strcpy(name.sun_path, listener->path);
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		refuse(listener, strerror(errno));
	if (is_left_behind(&name) && unlink(name.sun_path) < 0)
		refuse(listener, strerror(errno));
	mask = umask(0117);
	bound = bind(listener->fd, (struct sockaddr *) &name, sizeof(name));
	(void) umask(mask);
	if (bound < 0)
		refuse(listener, strerror(errno));
}

/* ---- addresses ---- */

/* Host and port of "[::1]:8080", "127.0.0.1:8080", "8080"; to be freed. */
static char *
take_apart(const HttpListener *listener, char **port)
{
	const char *address = listener->address;
	const char *colon = strrchr(address, ':');
	size_t		length = colon != NULL ? (size_t) (colon - address) : 0;
	char	   *host;

	*port = must_strdup(colon != NULL ? colon + 1 : address);
	if (colon == NULL)
		return must_strdup(DEFAULT_HOST);
	if (address[0] == '[' && length > 2 && address[length - 1] == ']')
	{
		address++;
		length -= 2;
	}
	else if (memchr(address, ':', length) != NULL)
		refuse(listener, "an IPv6 address stands in brackets: [::1]:8080");
	host = must_alloc(length + 1);
	memcpy(host, address, length);
	host[length] = '\0';
	return host;
}

/* Digits, and no more than a port can be: getaddrinfo takes 65536 for 0. */
static bool
is_port(const char *text)
{
	size_t		length = strlen(text);

	return length > 0 && length <= 5 && strspn(text, "0123456789") == length &&
		strtol(text, NULL, 10) <= UINT16_MAX;
}

static void
bind_address(HttpListener *listener)
{
	static const int on = 1;
	const struct addrinfo wanted = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM
	};
	char	   *port;
	char	   *host = take_apart(listener, &port);
	struct addrinfo *found = NULL;
	bool		known = host[0] != '\0' && is_port(port) &&
		getaddrinfo(host, port, &wanted, &found) == 0;

	free(host);
	free(port);
	if (!known)
		refuse(listener, "that is no address such as 127.0.0.1:8080, [::1]:8080 or unix:PATH");
	listener->fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0 ||
		setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		(found->ai_family == AF_INET6 &&
		 setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
		bind(listener->fd, found->ai_addr, found->ai_addrlen) < 0)
		refuse(listener, strerror(errno));
	freeaddrinfo(found);
}

/* Is the port 0, which lets the system choose one? */
static bool
chooses_port(const char *address)
{
	const char *colon = strrchr(address, ':');

	return strcmp(colon != NULL ? colon + 1 : address, "0") == 0;
}

/* Where it is reached, if the port was the system's to choose. */
static void
tell_port(const HttpListener *listener)
{
	static const char *const what[] = {[HTTP_MAIN] = "HTTP", [HTTP_METRICS] = "metrics"};
	struct sockaddr_storage name;
	socklen_t	length = sizeof(name);
	HttpAddress address;
	char		text[HTTP_ADDRESS_SIZE];
	bool		v6;

	if (getsockname(listener->fd, (struct sockaddr *) &name, &length) < 0)
		refuse(listener, strerror(errno));
	address = http_address_of((struct sockaddr *) &name);
	http_address_print(&address, text);
	v6 = name.ss_family == AF_INET6;
	log_line("serving %s at %s://%s%s%s:%d", what[listener->door],
			 listener->tls ? "https" : "http", v6 ? "[" : "", text, v6 ? "]" : "",
			 ntohs(v6 ? ((struct sockaddr_in6 *) &name)->sin6_port :
				   ((struct sockaddr_in *) &name)->sin_port));
}

void
http_listen(struct event_base *base, const char *address, HttpDoor door, bool tls, HttpTaken taken)
{
	HttpListener *listener = &listeners[listener_count];

	*listener = (HttpListener) {.door = door, .tls = tls, .address = address, .fd = -1};
	taken_by = taken;
	if (strncmp(address, "unix:", 5) == 0)
	{
		listener->path = address + 5;
		bind_unix(listener);
		if (atexit(remove_files) != 0)
			log_fatal("cannot register an exit handler");
	}
	else
		bind_address(listener);
	listener_count++;
	if (listen(listener->fd, SOMAXCONN) < 0)
		refuse(listener, strerror(errno));
	listener->waiting = event_new(base, listener->fd, EV_READ | EV_PERSIST, on_waiting, listener);
	listener->pause = evtimer_new(base, on_pause_over, listener);
	if (listener->waiting == NULL || listener->pause == NULL ||
		event_add(listener->waiting, NULL) < 0)
		log_fatal("cannot watch a socket");
	if (listener->path == NULL && chooses_port(address))
		tell_port(listener);
}

void
http_listen_no_more(void)
{
	for (int i = 0; i < listener_count; i++)
	{
		event_free(listeners[i].waiting);
		event_free(listeners[i].pause);
		(void) close(listeners[i].fd);
	}
	remove_files();
	listener_count = 0;
}
