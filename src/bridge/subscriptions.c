/*
 * subscriptions.c
 *		What clients are told of changes: their subscriptions.
 *
 * A client that does not read is not written to: of each resource that changes then it
 * is told once, when it reads again.  So it takes no memory that grows, and holds up
 * nobody.
 *
 * Entry points: subscriptions_open, subscriptions_have_room, subscription_open,
 * subscription_finish, subscription_close, subscriptions_count, subscriptions_find,
 * subscriptions_find_uri, subscriptions_find_given, subscription_tell,
 * subscription_tell_tools.
 */
#include "subscriptions.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "notices.h"
#include "tool_list.h"

/* How many there are that clients have asked for. */
static size_t subscriptions;

/* ---- what they take ---- */

/* Bytes that the client's spellings take which the database does not share. */
static size_t
spelled_size(const Wish *wish)
{
	size_t		size = 0;

	for (size_t i = 0; i < json_array_size(wish->given); i++)
	{
		const char *uri = json_string_value(json_array_get(wish->watched, i));
		const char *given = json_string_value(json_array_get(wish->given, i));

		if (uri != NULL && strcmp(uri, given) != 0)
			size += strlen(given) + 1;
	}
	return size;
}

/* Bytes of the subscription itself, of which the spellings may take so many. */
static size_t
subscription_size(const Wish *wish, size_t spelled)
{
	size_t		most = json_array_size(wish->given);

	return sizeof(Subscription) + most * (sizeof(Interest) + sizeof(bool)) +
		(spelled > 0 ? most * sizeof(char *) : 0) + wish->id.length + spelled;
}

/* Bytes of that, and of the resources: whether others watch them, too, may change. */
static size_t
whole_size(const Wish *wish)
{
	size_t		size = subscription_size(wish, spelled_size(wish));

	for (size_t i = 0; i < json_array_size(wish->watched); i++)
	{
		const char *uri = json_string_value(json_array_get(wish->watched, i));

		if (uri != NULL)
			size += sizeof(Watched) + strlen(uri) + 1;
	}
	return size;
}

bool
subscriptions_have_room(const Session *session, const Wish *wish)
{
	const Subscribed *subscribed = &session->subscribed;

	return (wish->era == ERA_LEGACY || subscribed->listens < MOST_LISTENS) &&
		json_array_size(wish->given) <= MOST_WATCHES - subscribed->watches &&
		whole_size(wish) <= MOST_SUBSCRIBED_BYTES - subscribed->bytes;
}

/* ---- to begin and to end ---- */

/* Each spelling is watched once; to go through those of a resource would take too long. */
static void
open_watches(Subscription *s, const Wish *wish, char *spelled)
{
	json_t	   *seen = json_object();

	for (size_t i = 0; i < json_array_size(wish->given); i++)
	{
		const char *uri = json_string_value(json_array_get(wish->watched, i));
		const char *given = json_string_value(json_array_get(wish->given, i));
		Interest   *watch = &s->watches[s->count];

		if (uri == NULL || json_object_get(seen, given) != NULL)
			continue;
		if (json_object_set_new_nocheck(seen, given, json_true()) != 0)
			log_fatal("out of memory");
		watch->subscription = s;
		if (strcmp(uri, given) != 0)
		{
			s->given[s->count] = strcpy(spelled, given);
			spelled += strlen(given) + 1;
		}
		watched_add(&s->audience->watched, uri, watch);
		s->count++;
	}
	json_decref(seen);
}

/* All of it is zero; what follows the resources is for them, too, and for spellings. */
static Subscription *
make_subscription(const Wish *wish, char **spelled)
{
	size_t		most = json_array_size(wish->given);
	size_t		bytes = spelled_size(wish);
	size_t		given = bytes > 0 ? most : 0;
	size_t		size = subscription_size(wish, bytes);
	Subscription *s = must_alloc(size);

	memset(s, 0, size);
	s->given = given > 0 ? (const char **) &s->watches[most] : NULL;
	s->is_pending = (bool *) ((const char **) &s->watches[most] + given);
	*spelled = (char *) &s->is_pending[most];
	if (wish->id.start != NULL)
		s->id = (ScanSpan) {memcpy(*spelled, wish->id.start, wish->id.length), wish->id.length};
	*spelled += wish->id.length;
	return s;
}

/* Does its client only wait for another list of tools, without having asked for that? */
static bool
is_tacit(const Subscription *s)
{
	return s->tools && s->era == ERA_LEGACY;
}

Subscription *
subscription_open(Session *session, Audience *audience, const Wish *wish)
{
	Subscribed *subscribed = &session->subscribed;
	char	   *spelled;
	Subscription *s = make_subscription(wish, &spelled);

	s->session = session;
	s->audience = audience;
	s->era = wish->era;
	s->tools = wish->tools;
	s->tools_told = tool_list_generation();
	s->bytes = whole_size(wish);
	open_watches(s, wish, spelled);
	TAILQ_INSERT_HEAD(&subscribed->all, s, of_session);
	TAILQ_INSERT_TAIL(&audience->subscriptions, s, of_audience);
	subscribed->listens += s->era == ERA_MODERN;
	subscribed->watches += s->count;
	subscribed->bytes += s->bytes;
	audience->tools += s->tools;
	audience->waiting += is_tacit(s);
	subscriptions += !is_tacit(s);
	return s;
}

size_t
subscriptions_count(void)
{
	return subscriptions;
}

static bool
is_behind(const Subscription *s)
{
	return s->pending > 0 || s->tools_pending;
}

void
subscription_close(Subscription *s)
{
	Subscribed *subscribed = &s->session->subscribed;

	/* of what it watches several times the newest stands first */
	for (size_t i = s->count; i > 0; i--)
		watched_remove(&s->audience->watched, &s->watches[i - 1]);
	if (is_behind(s))
		TAILQ_REMOVE(&subscribed->behind, s, behind);
	TAILQ_REMOVE(&subscribed->all, s, of_session);
	TAILQ_REMOVE(&s->audience->subscriptions, s, of_audience);
	subscribed->listens -= s->era == ERA_MODERN;
	subscribed->watches -= s->count;
	subscribed->bytes -= s->bytes;
	s->audience->tools -= s->tools;
	s->audience->waiting -= is_tacit(s);
	subscriptions -= !is_tacit(s);
	if (subscribed->tools == s)
		subscribed->tools = NULL;
	free(s);
}

void
subscription_finish(Subscription *s)
{
	if (s->era == ERA_MODERN)
		notice_finished(s);
	subscription_close(s);
}

/* The newest first: so its watches are the first ones of their resources. */
static void
finish_all(Session *session)
{
	Subscription *s;

	while ((s = TAILQ_FIRST(&session->subscribed.all)) != NULL)
		subscription_finish(s);
}

static void
close_all(Session *session)
{
	Subscription *s;

	while ((s = TAILQ_FIRST(&session->subscribed.all)) != NULL)
		subscription_close(s);
}

/* ---- to be found ---- */

Subscription *
subscriptions_find(const Session *session, ScanSpan id)
{
	Subscription *s;

	TAILQ_FOREACH(s, &session->subscribed.all, of_session)
	{
		if (s->era == ERA_MODERN && s->id.length == id.length &&
			memcmp(s->id.start, id.start, id.length) == 0)
			break;
	}
	return s;
}

Subscription *
subscriptions_find_uri(const Session *session, const Audience *audience, const char *uri,
					   const char *given)
{
	const Watched *resource = watched_find(&audience->watched, uri);
	const Interest *watch = resource != NULL ? resource->watches : NULL;

	for (; watch != NULL; watch = watch->next)
	{
		Subscription *s = watch->subscription;

		if (s->session == session && s->era == ERA_LEGACY &&
			strcmp(interest_uri(watch), given) == 0)
			return s;
	}
	return NULL;
}

Subscription *
subscriptions_find_given(const Session *session, const Audience *audience, const char *given)
{
	Subscription *s = subscriptions_find_uri(session, audience, given, given);

	if (s != NULL)
		return s;
	/* what the database calls otherwise */
	TAILQ_FOREACH(s, &session->subscribed.all, of_session)
	{
		if (s->era == ERA_LEGACY && s->given != NULL && s->given[0] != NULL &&
			strcmp(s->given[0], given) == 0)
			break;
	}
	return s;
}

/* ---- to be told ---- */

static void
fall_behind(Subscription *s)
{
	if (!is_behind(s))
		TAILQ_INSERT_TAIL(&s->session->subscribed.behind, s, behind);
}

void
subscription_tell(Interest *watch)
{
	Subscription *s = watch->subscription;

	if (!session_is_backlogged(s->session))
		notice_updated(watch);
	else if (!s->is_pending[interest_place(watch)])
	{
		fall_behind(s);
		s->is_pending[interest_place(watch)] = true;
		s->pending++;
	}
}

void
subscription_tell_tools(Subscription *s)
{
	if (!session_is_backlogged(s->session))
		notice_tools_changed(s);
	else if (!s->tools_pending)
	{
		fall_behind(s);
		s->tools_pending = true;
	}
}

/* Go on until nothing is pending, or the client does not read. */
static void
catch_up(Subscription *s)
{
	if (s->tools_pending)
	{
		s->tools_pending = false;
		notice_tools_changed(s);
	}
	while (s->pending > 0 && !session_is_backlogged(s->session))
	{
		size_t		i = s->next;

		s->next = (i + 1) % s->count;
		if (!s->is_pending[i])
			continue;
		s->is_pending[i] = false;
		s->pending--;
		notice_updated(&s->watches[i]);
	}
}

/* In turn, so that none of them waits for another that changes all the time. */
static void
catch_up_all(Session *session)
{
	struct SubscriptionList *behind = &session->subscribed.behind;
	Subscription *s;

	while (!session_is_backlogged(session) && (s = TAILQ_FIRST(behind)) != NULL)
	{
		TAILQ_REMOVE(behind, s, behind);
		catch_up(s);
		if (is_behind(s))
			TAILQ_INSERT_TAIL(behind, s, behind);
	}
}

/* ---- what becomes of sessions ---- */

static void
on_cancelled(Session *session, ScanSpan id)
{
	Subscription *s = subscriptions_find(session, id);

	if (s != NULL)
		subscription_close(s);
}

void
subscriptions_open(void)
{
	static SessionFollower follower = {
		.cancelled = on_cancelled,
		.drained = catch_up_all,
		.finishing = finish_all,
		.closing = close_all
	};

	sessions_follow(&follower);
}
