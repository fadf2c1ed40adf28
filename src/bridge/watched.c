/*
 * watched.c
 *		The resources that are watched, by their uri, and the watches of each.
 *
 * Each uri is kept once, however many watch it.
 *
 * Entry points: watched_init, watched_find, watched_add, watched_remove,
 * watched_set_version.
 */
#include "watched.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "log.h"

static int
compare(const void *one, const void *other)
{
	return strcmp(((const Watched *) one)->uri, ((const Watched *) other)->uri);
}

void
watched_init(WatchedSet *set)
{
	memset(set, 0, sizeof(*set));
	LIST_INIT(&set->all);
}

Watched *
watched_find(const WatchedSet *set, const char *uri)
{
	const Watched key = {.uri = uri};
	Watched   **found = tfind(&key, &set->tree, compare);

	return found != NULL ? *found : NULL;
}

static Watched *
add_resource(WatchedSet *set, const char *uri)
{
	size_t		size = strlen(uri) + 1;
	Watched    *resource = must_alloc(sizeof(*resource) + size);

	memset(resource, 0, sizeof(*resource));
	resource->uri = memcpy(resource + 1, uri, size);
	if (tsearch(resource, &set->tree, compare) == NULL)
		log_fatal("out of memory");
	LIST_INSERT_HEAD(&set->all, resource, all);
	set->count++;
	return resource;
}

static void
remove_resource(WatchedSet *set, Watched *resource)
{
	(void) tdelete(resource, &set->tree, compare);
	LIST_REMOVE(resource, all);
	set->count--;
	free(resource->version);
	free(resource);
}

void
watched_add(WatchedSet *set, const char *uri, Interest *watch)
{
	Watched    *resource = watched_find(set, uri);

	if (resource == NULL)
		resource = add_resource(set, uri);
	watch->resource = resource;
	watch->next = resource->watches;
	resource->watches = watch;
}

void
watched_remove(WatchedSet *set, Interest *watch)
{
	Watched    *resource = watch->resource;
	Interest  **at = &resource->watches;

	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	if (resource->watches == NULL)
		remove_resource(set, resource);
}

void
watched_set_version(Watched *resource, const char *version)
{
	free(resource->version);
	resource->version = version != NULL ? must_strdup(version) : NULL;
}
