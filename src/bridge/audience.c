/*
 * audience.c
 *		All who are told the same of changes.
 *
 * A subscription of which a part is refused ends as a whole: its client sees that, and is
 * told what is left when it subscribes anew.
 *
 * Entry points: audience_init, audience_updated, audience_updated_under,
 * audience_tools_listed, audience_refuse, audience_refuse_outside,
 * audience_end_refused, audience_end_watches, audience_end.
 */
#include "audience.h"

#include <string.h>

#include "tool_list.h"

void
audience_init(Audience *audience)
{
	memset(audience, 0, sizeof(*audience));
	watched_init(&audience->watched);
	TAILQ_INIT(&audience->subscriptions);
}

static void
tell(Watched *resource, const char *version)
{
	watched_set_version(resource, version);
	for (Interest *watch = resource->watches; watch != NULL; watch = watch->next)
		subscription_tell(watch);
}

void
audience_updated(Audience *audience, const char *uri, const char *version)
{
	Watched    *resource = watched_find(&audience->watched, uri);

	if (resource != NULL)
		tell(resource, version);
}

static bool
begins_with(const char *uri, const char *prefix)
{
	return strncmp(uri, prefix, strlen(prefix)) == 0;
}

void
audience_updated_under(Audience *audience, const char *prefix)
{
	Watched    *resource;

	LIST_FOREACH(resource, &audience->watched.all, all)
	{
		if (begins_with(resource->uri, prefix))
			tell(resource, NULL);
	}
}

void
audience_tools_listed(Audience *audience)
{
	unsigned int generation = tool_list_generation();
	Subscription *s;

	TAILQ_FOREACH(s, &audience->subscriptions, of_audience)
	{
		if (!s->tools || s->tools_told == generation)
			continue;
		s->tools_told = generation;
		subscription_tell_tools(s);
	}
}

void
audience_refuse(Audience *audience, const char *uri)
{
	Watched    *resource = watched_find(&audience->watched, uri);

	if (resource != NULL)
		resource->refused = true;
}

void
audience_refuse_outside(Audience *audience, const json_t *prefixes)
{
	Watched    *resource;

	LIST_FOREACH(resource, &audience->watched.all, all)
	{
		const json_t *prefix;
		size_t		i;

		resource->refused = true;
		json_array_foreach(prefixes, i, prefix)
		{
			if (begins_with(resource->uri, json_string_value(prefix)))
				resource->refused = false;
		}
	}
}

static bool
has_refused(const Subscription *s)
{
	for (size_t i = 0; i < s->count; i++)
	{
		if (s->watches[i].resource->refused)
			return true;
	}
	return false;
}

/* Which of them end. */
typedef bool (*Ends) (const Subscription *s);

/* The newest first: so its watches are the first ones of their resources. */
static void
end(Audience *audience, Ends ends)
{
	Subscription *next;

	for (Subscription *s = TAILQ_LAST(&audience->subscriptions, SubscriptionList); s != NULL;
		 s = next)
	{
		next = TAILQ_PREV(s, SubscriptionList, of_audience);
		if (ends(s))
			subscription_finish(s);
	}
}

static bool
has_watches(const Subscription *s)
{
	return s->count > 0;
}

static bool
is_any(const Subscription *s)
{
	(void) s;
	return true;
}

void
audience_end_refused(Audience *audience)
{
	end(audience, has_refused);
}

void
audience_end_watches(Audience *audience)
{
	end(audience, has_watches);
}

void
audience_end(Audience *audience)
{
	end(audience, is_any);
}
