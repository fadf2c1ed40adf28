/*
 * http_crowd.c
 *		How many clients there are, of all and of one address.
 *
 * Of IPv6, the 64 bits that one customer is given are one address.  Unix sockets and
 * trusted proxies, by which many come, only count among all.
 *
 * Entry points: http_crowd_enter, http_crowd_leave.
 */
#include "http_crowd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "buf.h"
#include "command_line.h"
#include "http_proxy.h"

/* Lists that the addresses are spread over: a power of two. */
#define LISTS 1024

/* An address from which somebody is here. */
typedef struct Origin
{
	LIST_ENTRY(Origin) all;		/* place in its list */
	HttpAddress address;		/* of IPv6, without the bits that do not count */
	int			count;			/* how many */
} Origin;

static LIST_HEAD(, Origin) lists[LISTS];
static int	count_of_all;

/* The part of it that counts. */
static HttpAddress
origin_of(const HttpAddress *address)
{
	static const HttpNetwork ipv4 = {{true, {[10] = 0xFF, [11] = 0xFF}}, 96};
	HttpAddress origin = *address;

	if (!http_network_has(&ipv4, address))
		memset(origin.bytes + 8, 0, 8);
	return origin;
}

/* FNV-1a; who makes many addresses fall together makes one list as long as all clients. */
static unsigned int
list_of(const HttpAddress *origin)
{
	uint32_t	hash = UINT32_C(2166136261);

	for (size_t i = 0; i < sizeof(origin->bytes); i++)
		hash = (hash ^ origin->bytes[i]) * UINT32_C(16777619);
	return (hash ^ hash >> 16) & (LISTS - 1);
}

static Origin *
find(const HttpAddress *origin)
{
	Origin	   *found;

	LIST_FOREACH(found, &lists[list_of(origin)], all)
	{
		if (memcmp(found->address.bytes, origin->bytes, sizeof(origin->bytes)) == 0)
			return found;
	}
	return NULL;
}

/* Is it counted by itself? */
static bool
is_counted(const HttpAddress *address)
{
	return address->known && !http_proxy_is_trusted(address);
}

/* One more of that address, if it may be. */
static bool
enter_address(const HttpAddress *address)
{
	HttpAddress origin = origin_of(address);
	Origin	   *found = find(&origin);

	if (found == NULL)
	{
		found = must_alloc(sizeof(*found));
		found->address = origin;
		found->count = 0;
		LIST_INSERT_HEAD(&lists[list_of(&origin)], found, all);
	}
	if (found->count >= options.max_per_address)
		return false;
	found->count++;
	return true;
}

bool
http_crowd_enter(const HttpAddress *address)
{
	if (count_of_all >= options.max_connections ||
		(is_counted(address) && !enter_address(address)))
		return false;
	count_of_all++;
	return true;
}

void
http_crowd_leave(const HttpAddress *address)
{
	count_of_all--;
	if (is_counted(address))
	{
		HttpAddress origin = origin_of(address);
		Origin	   *found = find(&origin);

		if (--found->count > 0)
			return;
		LIST_REMOVE(found, all);
		free(found);
	}
}
