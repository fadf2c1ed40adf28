/*
 * scim_admission.c
 *		Which requests of SCIM over HTTP are handed on to the database.
 *
 * Entry point: scim_may_come.
 */
#include "scim_admission.h"

#include "clock.h"
#include "metrics.h"
#include "rates.h"
#include "scim_answer.h"
#include "scim_headers.h"

static bool
is_ascii(ScanSpan span)
{
	for (size_t i = 0; i < span.length; i++)
	{
		if ((unsigned char) span.start[i] >= 0x80)
			return false;
	}
	return true;
}

/* May it be handed on?  False: *error says why not. */
static bool
look_at(const HttpExchange *exchange, Credentials *who, OwnError *error)
{
	const HttpHead *head = &exchange->head;

	if (!is_ascii(head->path) || !is_ascii(head->query))
		*error = ERROR_TARGET;
	else if (!scim_headers_valid(head))
		*error = ERROR_HEADER;
	else
		return auth_read(exchange, who, error);
	return false;
}

/* Why a request is not handed on, as metrics call it; NULL: not for who sent it. */
static const char *
reason_of(OwnError error)
{
	switch (error)
	{
		case ERROR_TOKEN_MISSING:
			return "missing";
		case ERROR_TOKEN_INVALID:
		case ERROR_TOKEN_TWICE:
			return "malformed";
		case ERROR_NOT_LOCAL:
			return "forbidden";
		case ERROR_ADDRESS_RATE:
		case ERROR_TOKEN_RATE:
			return "rate";
		default:
			return NULL;
	}
}

/* It is not; the answer to it. */
static void
refuse(HttpAnswer *refusal, OwnError error, int wait)
{
	const char *reason = reason_of(error);

	if (reason != NULL)
		metrics_count(METRIC_AUTH_FAILURES, reason, 1);
	if (wait > 0)
		scim_answer_wait(refusal, error, wait);
	else
		scim_answer_error(refusal, error, NULL, error == ERROR_TOKEN_INVALID);
	refusal->close = refusal->status == 400;
}

bool
scim_may_come(HttpExchange *exchange, Credentials *who, bool begins, HttpAnswer *refusal)
{
	OwnError	error;

	if (!look_at(exchange, who, &error))
	{
		refuse(refusal, error, 0);
		return false;
	}
	if (!who->token)
		return true;
	who->rate = (begins ? rates_admit : rates_look) (http_peer(exchange), who->digest, clock_ms());
	if (who->rate.wait == 0)
		return true;
	refuse(refusal, who->rate.by_token ? ERROR_TOKEN_RATE : ERROR_ADDRESS_RATE, who->rate.wait);
	return false;
}
