/*
 * notices.c
 *		How clients are told of changes, in both eras; each is sent to its session.
 *
 * Entry points: notice_acknowledged, notice_updated, notice_tools_changed,
 * notice_finished.
 */
#include "notices.h"

#include <string.h>

#include "result.h"
#include "rpc.h"

/* Where a client finds the version that a resource has now. */
#define META_VERSION "scimver/version"

static void
put_string(Buf *notice, const char *text)
{
	buf_json_string(notice, text, strlen(text));
}

/* Which subscription it is told for. */
static void
put_id(Buf *notice, const Subscription *s)
{
	buf_text(notice, "\"" META_PREFIX "subscriptionId\":");
	buf_span(notice, s->id);
}

void
notice_acknowledged(const Subscription *s, bool resources)
{
	Buf		   *notice = rpc_begin_notification("notifications/subscriptions/acknowledged");

	buf_text(notice, "{\"notifications\":{");
	if (s->tools)
		buf_text(notice, "\"toolsListChanged\":true");
	if (resources)
	{
		buf_text(notice, s->tools ? ",\"resourceSubscriptions\":[" : "\"resourceSubscriptions\":[");
		for (size_t i = 0; i < s->count; i++)
		{
			if (i > 0)
				buf_text(notice, ",");
			put_string(notice, interest_uri(&s->watches[i]));
		}
		buf_text(notice, "]");
	}
	buf_text(notice, "},\"_meta\":{");
	put_id(notice, s);
	buf_text(notice, "}}");
	rpc_send(s->session->transport, notice);
}

void
notice_updated(const Interest *watch)
{
	const Subscription *s = watch->subscription;
	const char *version = watch->resource->version;
	Buf		   *notice = rpc_begin_notification("notifications/resources/updated");

	buf_text(notice, "{\"uri\":");
	put_string(notice, interest_uri(watch));
	if (s->era == ERA_MODERN || version != NULL)
		buf_text(notice, ",\"_meta\":{");
	if (s->era == ERA_MODERN)
		put_id(notice, s);
	if (version != NULL)
	{
		buf_text(notice, s->era == ERA_MODERN ? ",\"" META_VERSION "\":" : "\"" META_VERSION "\":");
		put_string(notice, version);
	}
	buf_text(notice, s->era == ERA_MODERN || version != NULL ? "}}" : "}");
	rpc_send(s->session->transport, notice);
}

void
notice_tools_changed(const Subscription *s)
{
	Buf		   *notice = rpc_begin_notification("notifications/tools/list_changed");

	if (s->era == ERA_MODERN)
	{
		buf_text(notice, "{\"_meta\":{");
		put_id(notice, s);
		buf_text(notice, "}}");
	}
	else
		buf_text(notice, "{}");
	rpc_send(s->session->transport, notice);
}

void
notice_finished(const Subscription *s)
{
	result_finished(s->session, s->id);
}
