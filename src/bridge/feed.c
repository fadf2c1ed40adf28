/*
 * feed.c
 *		What was changed, asked for as long as somebody is told of it.
 *
 * A poll every --poll milliseconds, one at a time, which each time is entered anew: so
 * a right that was revoked ends what it allowed.  It goes on from the cursor of the
 * one before, whatever happened meanwhile; where the database does not take that
 * cursor any more, all is taken for changed.  While what writers notify is heard
 * (listening.c), each notification asks for a poll, and hardly anything else does.
 *
 * For legacy clients that have listed the tools and subscribed to nothing, that list
 * alone is looked at, now and then, and passively (pool.c).
 *
 * Entry points: feeds_open, feed_audience, feed_attend, feed_read_watched,
 * feeds_close.
 */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

#include "audience.h"
#include "clock.h"
#include "command_line.h"
#include "listening.h"
#include "log.h"
#include "pool.h"
#include "queries.h"
#include "tool_list.h"

/*
 * Milliseconds from a poll to the next one: while notifications are heard; after one; for
 * those who only wait.
 */
#define REST_LISTENING 4500
#define REST_HEARD 20
#define REST_WAITING 5000

/* What fails is asked again less and less often, but at least once in so many milliseconds. */
#define REST_LONGEST 5000

typedef struct Feed
{
	Audience	audience;		/* who is told; stands first */
				TAILQ_ENTRY(Feed) all;	/* place among all of them */
	Lane		lane;			/* place in the pool: it holds no client's */
	Lane		passive;		/* the same for those who only wait */
	struct event *beat;			/* it is time for the next request */
	Request    *request;		/* the one that is under way, or NULL */
	uint64_t	asked;			/* when the last one was handed in, by clock_ms */
	char	   *cursor;			/* what was changed is told up to there; NULL: nobody watches */
	json_t	   *within;			/* what may be watched, as it was told last; or NULL */
	char	   *tools;			/* what was told last of the list of tools; NULL: nothing yet */
	bool		more;			/* there are more changes already */
	bool		heard;			/* something was notified */
	bool		notifies;		/* the database says that writers notify */
	bool		anew;			/* there is no cursor: all are watched anew */
	bool		look;			/* the list of tools may be another one */
	int			failures;		/* how many requests failed in a row */
	bool		failure_told;	/* since the last success, the log has been told of a failure */
} Feed;

/* A request of a feed's. */
typedef struct FeedRequest
{
	Request		request;		/* stands first */
	Feed	   *feed;			/* whose it is */
} FeedRequest;

static struct
{
	struct event_base *base;	/* the event loop */
				TAILQ_HEAD(, Feed) all; /* one for each audience; over stdio there is one */
}			feeds = {.all = TAILQ_HEAD_INITIALIZER(feeds.all)};

/* ---- when ---- */

/* From one request to the next, in milliseconds. */
static int
rest(const Feed *feed)
{
	int			longer = options.poll;

	if (feed->failures > 0)
	{
		for (int i = 1; i < feed->failures && longer < REST_LONGEST; i++)
			longer *= 2;
		return longer < REST_LONGEST ? longer : REST_LONGEST;
	}
	if (feed->more || feed->anew || feed->look)
		return 0;
	if (audience_only_waits(&feed->audience))
		return REST_WAITING;
	if (feed->heard && options.poll > REST_HEARD)
		return REST_HEARD;
	if (listening_is_on() && options.poll < REST_LISTENING)
		return REST_LISTENING;
	return options.poll;
}

/* Set the time of the next request, if one is to come and none is under way. */
static void
schedule(Feed *feed)
{
	uint64_t	now = clock_ms();
	uint64_t	due = feed->asked + (uint64_t) rest(feed);
	uint64_t	left = due > now ? due - now : 0;
	const struct timeval delay = {(time_t) (left / 1000), (suseconds_t) (left % 1000 * 1000)};

	if (feed->request == NULL && !audience_is_empty(&feed->audience) &&
		event_add(feed->beat, &delay) < 0)
		log_fatal("cannot set a timer");
}

/* Listen while somebody is told of resources whose writers notify. */
static void
want_listening(void)
{
	bool		wanted = false;
	Feed	   *feed;

	TAILQ_FOREACH(feed, &feeds.all, all)
		wanted = wanted || (feed->notifies && feed->audience.watched.count > 0);
	listening_want(wanted);
}

/* ---- what fails ---- */

static void
forget_cursor(Feed *feed)
{
	free(feed->cursor);
	json_decref(feed->within);
	feed->cursor = NULL;
	feed->within = NULL;
	feed->more = false;
}

/* One line until it is well again. */
static void
failed(Feed *feed, const char *reason)
{
	feed->failures++;
	if (!feed->failure_told)
		log_line("changes cannot be asked for: %s", reason);
	feed->failure_told = true;
}

static void
succeeded(Feed *feed)
{
	if (feed->failure_told)
		log_line("changes are asked for again");
	feed->failure_told = false;
	feed->failures = 0;
}

/* The role may not be told any more: of resources, or of anything. */
static void
forbidden(Feed *feed, const Request *request)
{
	log_line("subscriptions have ended: the role may not be told of changes any more");
	if (feed->cursor != NULL || request->tool != NULL)
		audience_end_watches(&feed->audience);
	else
		audience_end(&feed->audience);
	forget_cursor(feed);		/* whoever comes brings one */
}

/* A request for changes, or for all uris anew, was not answered. */
static void
not_answered(Feed *feed, const Request *request, const Outcome *outcome)
{
	const char *reason = outcome->reason;

	if (request->cancelled)
		return;					/* it gave way to a client's */
	if (outcome->error == ERROR_FORBIDDEN || outcome->error == ERROR_PERMISSION_DENIED)
	{
		forbidden(feed, request);
		return;
	}
	if (outcome->error == ERROR_REFUSED && request->kind == REQUEST_CHANGES)
		feed->anew = true;		/* the cursor is not taken any more */
	failed(feed, reason != NULL ? reason : own_error_kind(outcome->error)->text);
}

/* ---- to ask ---- */

static void
hand_in(Feed *feed, RequestKind kind, const RequestText *text, RequestDone done)
{
	Lane	   *lane = audience_only_waits(&feed->audience) ? &feed->passive : &feed->lane;
	FeedRequest *request = (FeedRequest *) request_new(sizeof(*request), kind, text, lane, done);

	request->feed = feed;
	feed->request = &request->request;
	pool_submit(&request->request);
}

/* A request of the feed's has come back. */
static Feed *
feed_of(const Request *request)
{
	Feed	   *feed = ((const FeedRequest *) request)->feed;

	feed->request = NULL;
	return feed;
}

/* What the feed is about to do next depends on how it ended. */
static void
go_on(Feed *feed, Request *request)
{
	free(request);
	want_listening();
	schedule(feed);
}

/* An answer that should be an object; NULL: it is none. */
static json_t *
read_object(const Request *request, const Outcome *outcome)
{
	json_t	   *object = NULL;

	if (outcome->value != NULL)
		object = json_loadb(outcome->value, outcome->length, 0, NULL);
	if (object == NULL)
		log_line("%s() did not return what it should", queries_name(request));
	return object;
}

/* ---- changes ---- */

/* Tell of them, and where they end. */
static void
tell_changes(Feed *feed, const json_t *answer)
{
	const char *cursor = json_string_value(json_object_get(answer, "cursor"));
	json_t	   *within = json_object_get(answer, "within");
	const json_t *change;
	size_t		i;

	json_array_foreach(json_object_get(answer, "updated"), i, change)
	{
		const char *uri = json_string_value(json_object_get(change, "uri"));

		if (uri != NULL)
			audience_updated(&feed->audience, uri,
							 json_string_value(json_object_get(change, "version")));
	}
	json_array_foreach(json_object_get(answer, "under"), i, change)
		audience_updated_under(&feed->audience, json_string_value(change));
	if (within != NULL && !json_equal(within, feed->within))
	{
		json_decref(feed->within);
		feed->within = json_incref(within);
		audience_refuse_outside(&feed->audience, within);
		audience_end_refused(&feed->audience);
	}
	if (cursor != NULL)
	{
		free(feed->cursor);
		feed->cursor = must_strdup(cursor);
	}
	feed->more = json_is_true(json_object_get(answer, "more"));
}

/* What is told of the list of tools besides: if it is another than before, look at that. */
static void
tell_tools(Feed *feed, const json_t *answer)
{
	const char *tools = json_string_value(json_object_get(answer, "tools"));

	if (feed->audience.tools == 0)
		tools = NULL;
	if (tools != NULL && (feed->tools == NULL || strcmp(tools, feed->tools) != 0))
		feed->look = true;
	free(feed->tools);
	feed->tools = tools != NULL ? must_strdup(tools) : NULL;
}

static void
polled(Request *request, const Outcome *outcome)
{
	Feed	   *feed = feed_of(request);
	json_t	   *answer = outcome->answered ? read_object(request, outcome) : NULL;

	if (!outcome->answered)
		not_answered(feed, request, outcome);
	else if (answer == NULL)
		failed(feed, own_error_kind(ERROR_INTERNAL)->text);
	else
	{
		succeeded(feed);
		/* not of a cursor that is not ours any more */
		if (request->tool != NULL && feed->cursor != NULL &&
			strcmp(request->tool, feed->cursor) == 0)
			tell_changes(feed, answer);
		feed->notifies = json_is_true(json_object_get(answer, "notify"));
		tell_tools(feed, answer);
	}
	json_decref(answer);
	go_on(feed, request);
}

/* ---- all uris anew ---- */

static bool
is_watched_answer(const json_t *answer, size_t count)
{
	const json_t *watched = json_object_get(answer, "watched");
	const json_t *uri;
	bool		some = false;
	size_t		i;

	if (json_array_size(watched) != count)
		return false;
	json_array_foreach(watched, i, uri)
	{
		if (!json_is_string(uri) && !json_is_null(uri))
			return false;
		some = some || json_is_string(uri);
	}
	return !some || json_is_string(json_object_get(answer, "cursor"));
}

json_t *
feed_read_watched(const Request *request, const Outcome *outcome, size_t count)
{
	json_t	   *answer = read_object(request, outcome);

	if (answer == NULL || is_watched_answer(answer, count))
		return answer;
	log_line("%s() did not return what it should", queries_name(request));
	json_decref(answer);
	return NULL;
}

/* All that may still be watched may have been changed. */
static void
begin_anew(Feed *feed, const json_t *uris, const json_t *answer)
{
	const char *cursor = json_string_value(json_object_get(answer, "cursor"));
	const json_t *uri;
	size_t		i;

	feed->anew = false;
	/* who has subscribed meanwhile has brought a cursor: it is as good */
	if (feed->cursor == NULL && cursor != NULL)
		feed->cursor = must_strdup(cursor);
	json_array_foreach(uris, i, uri)
	{
		if (json_is_null(json_array_get(json_object_get(answer, "watched"), i)))
			audience_refuse(&feed->audience, json_string_value(uri));
		else
			audience_updated(&feed->audience, json_string_value(uri), NULL);
	}
	audience_end_refused(&feed->audience);
}

static void
watched_anew(Request *request, const Outcome *outcome)
{
	Feed	   *feed = feed_of(request);
	json_t	   *uris = json_loadb(request->arguments.start, request->arguments.length, 0, NULL);
	json_t	   *answer = NULL;

	if (!outcome->answered)
		not_answered(feed, request, outcome);
	else if ((answer = feed_read_watched(request, outcome, json_array_size(uris))) == NULL)
		failed(feed, own_error_kind(ERROR_INTERNAL)->text);
	else
		begin_anew(feed, uris, answer);
	json_decref(answer);
	json_decref(uris);
	go_on(feed, request);
}

static void
watch_anew(Feed *feed)
{
	Buf			uris = {NULL, 0, 0};
	Watched    *resource;

	forget_cursor(feed);
	LIST_FOREACH(resource, &feed->audience.watched.all, all)
	{
		buf_text(&uris, uris.length == 0 ? "[" : ",");
		buf_json_string(&uris, resource->uri, strlen(resource->uri));
	}
	buf_text(&uris, "]");

	const RequestText text = {.arguments = {uris.data, uris.length}, .tool = "", .agent = ""};

	hand_in(feed, REQUEST_WATCH, &text, watched_anew);
	buf_free(&uris);
}

/* ---- the list of tools ---- */

static void
looked(Request *request, const Outcome *outcome)
{
	Feed	   *feed = feed_of(request);

	feed->look = false;
	if (outcome->answered && tool_list_learn(request, outcome))
		audience_tools_listed(&feed->audience);
	else
	{
		/* the next poll asks for another look */
		free(feed->tools);
		feed->tools = NULL;
	}
	go_on(feed, request);
}

/* ---- what is to be asked next ---- */

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	Feed	   *feed = arg;
	RequestText text = {.tool = "", .agent = ""};

	(void) fd;
	(void) what;
	if (feed->audience.watched.count == 0)
	{
		forget_cursor(feed);
		feed->anew = false;
		want_listening();
	}
	if (audience_is_empty(&feed->audience))
		return;
	feed->asked = clock_ms();
	if (feed->anew)
		watch_anew(feed);
	else if (feed->look)
		hand_in(feed, REQUEST_TOOLS, &text, looked);
	else
	{
		feed->heard = false;
		text.tool = feed->cursor;
		hand_in(feed, REQUEST_CHANGES, &text, polled);
	}
}

/* ---- who is told ---- */

static Feed *
make_feed(void)
{
	Feed	   *feed = must_alloc(sizeof(*feed));

	memset(feed, 0, sizeof(*feed));
	audience_init(&feed->audience);
	lane_init(&feed->lane);
	lane_init(&feed->passive);
	feed->lane.quiet = true;
	feed->passive.passive = true;
	feed->beat = evtimer_new(feeds.base, on_beat, feed);
	if (feed->beat == NULL)
		log_fatal("cannot make a timer");
	TAILQ_INSERT_TAIL(&feeds.all, feed, all);
	return feed;
}

/* Over stdio the one client has the role, the tenant and the tools of the command line. */
Audience *
feed_audience(const Session *session)
{
	Feed	   *feed = TAILQ_FIRST(&feeds.all);

	(void) session;
	if (feed == NULL)
		feed = make_feed();
	return &feed->audience;
}

void
feed_attend(Audience *audience, const char *cursor)
{
	Feed	   *feed = (Feed *) audience;
	Request    *request = feed->request;

	if (feed->cursor == NULL && cursor != NULL)
		feed->cursor = must_strdup(cursor);
	if (feed->asked == 0 && audience_only_waits(audience))
		feed->asked = clock_ms();
	if (cursor != NULL)
	{
		/* rights may have gone since it was asked for */
		json_decref(feed->within);
		feed->within = NULL;
	}
	/* what only waits for a connection of others waits no longer */
	if (request != NULL && request_is_passive(request) && request->state == REQUEST_QUEUED &&
		!audience_only_waits(audience))
	{
		pool_drop(request);
		free(request);
		feed->request = NULL;
	}
	schedule(feed);
}

/* Something was notified; or nobody knows whether it was. */
static void
on_heard(void)
{
	Feed	   *feed;

	TAILQ_FOREACH(feed, &feeds.all, all)
	{
		feed->heard = true;
		schedule(feed);
	}
}

void
feeds_open(struct event_base *base)
{
	static const ListeningHandlers handlers = {on_heard, on_heard};

	feeds.base = base;
	subscriptions_open();
	listening_open(base, &handlers);
}

void
feeds_close(void)
{
	listening_want(false);
}
