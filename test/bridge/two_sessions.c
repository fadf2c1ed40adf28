/*
 * two_sessions.c
 *		Two clients of the bridge in one process, against a server: what they share
 *		is the pool, nothing of one is seen by the other.  Prints TAP.
 *
 * Usage: two_sessions --pool 2 CONNINFO, of a database that 127_bridge_sessions.pl
 * prepared: users "ada", "bob" and "held" have the title "secret of" and their name;
 * a trigger writes into nickName who changed them.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "client.h"
#include "connection.h"
#include "log.h"

#define META "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
	"\"io.modelcontextprotocol/clientCapabilities\":{}"
#define MODERN META "}"
#define MODERN_AS(name) META ",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"" name "\"}}"

static PGconn *holder;			/* a connection whose transaction holds locks */
static Client ada;
static Client bob;

/* So many of the bridge's statements wait for a lock. */
static void
wait_for_locks(int count)
{
	while (atoi(sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
					" AND application_name LIKE 'scimver-mcp%'")) != count)
		go_on();
}

/* The lock that this statement takes is held. */
static void
hold(const char *statement)
{
	PQclear(PQexec(holder, "BEGIN"));
	PQclear(PQexec(holder, statement));
	if (PQtransactionStatus(holder) != PQTRANS_INTRANS)
		log_fatal("%s: %s", statement, PQerrorMessage(holder));
}

static void
hold_user(void)
{
	hold("SELECT 1 FROM users WHERE user_name = 'held' FOR UPDATE");
}

static void
release(void)
{
	PQclear(PQexec(holder, "COMMIT"));
}

static const char *
title(void)
{
	return sql("SELECT data->>'title' FROM users WHERE user_name = 'held'");
}

/* Ask for a change of the user that may be held. */
static void
change(Client *client, const char *id, const char *wanted)
{
	client_say(client, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/call\",\"params\":{"
			   "\"name\":\"scim_update_user\",\"arguments\":{\"user_id\":\"%s\",\"user_data\":{"
			   "\"userName\":\"held\",\"title\":\"%s\"}}}}",
			   id, sql("SELECT id FROM users WHERE user_name = 'held'"), wanted);
}

/* Ask for a user by name, so many times at once. */
static void
search_often(Client *client, const char *id, const char *user, int times)
{
	Buf			lines = {NULL, 0, 0};

	while (times-- > 0)
		buf_printf(&lines, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/call\",\"params\":{"
				   "\"name\":\"scim_list_users\",\"arguments\":{"
				   "\"filter\":\"userName eq \\\"%s\\\"\"}}}\n", id, user);
	client_send(client, lines.data, lines.length);
	buf_free(&lines);
}

static void
search(Client *client, const char *id, const char *user)
{
	search_often(client, id, user, 1);
}

static void
cancel(Client *client, const char *id)
{
	client_say(client, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
			   "\"params\":{\"requestId\":%s}}", id);
}

static void
ask(Client *client, const char *id, const char *method, const char *params)
{
	client_say(client, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\",\"params\":{%s}}", id,
			   method, params);
}

/* The client is answered, and nothing came to it before. */
static void
works(Client *client, const char *name)
{
	char		text[64];

	ask(client, "\"works\"", "ping", "");
	(void) snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":\"works\",\"result\":{}}");
	holds(client_line(client), text, name);
}

/* While the database does not say how to use the tools, who asks waits, and only he. */
static void
check_handshakes(void)
{
	bool		waits = false;
	const char *line;

	hold("LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE");
	ask(&ada, "1", "initialize",
		"\"protocolVersion\":\"2025-11-25\",\"clientInfo\":{\"name\":\"ada\"}");
	ask(&ada, "2", "ping", "");
	wait_for_locks(1);
	client_say(&bob, "no JSON");
	holds(client_line(&bob), "-32700", "bob is answered while ada waits for the database");
	ask(&bob, "1", "ping", "");
	line = client_line(&bob);
	holds(line, "\"id\":1,\"error\":{\"code\":-32602", "ada's handshake is none of bob's");
	ok(client_waiting(&ada) == 0, "what ada sent meanwhile is held");
	holds(client_line(&ada), "\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\"",
		  "ada waits for her handshake, not for ever");
	holds(client_line(&ada), "\"id\":2,\"result\":{}", "and is answered in order");
	ask(&bob, "2", "server/discover", MODERN);
	while (client_waiting(&bob) == 0)
	{
		go_on();
		waits = waits || (bob.session->holds & HOLD_ANSWER) != 0;
	}
	holds(client_line(&bob), "\"ttlMs\":0", "bob asks while that still hangs");
	ok(!waits, "he does not wait for what ada waited for in vain");
	release();
}

static void
check_eras(void)
{
	ask(&bob, "3", "ping", "");
	holds(client_line(&bob), "there was no initialize", "bob has still had no handshake");
	ask(&bob, "4", "server/discover", MODERN);
	holds(client_line(&bob), "\"resultType\":\"complete\"", "bob is modern");
	ask(&bob, "5", "tools/list", MODERN);
	ask(&ada, "5", "tools/list", "");
	ok(strstr(client_line(&ada), "resultType") == NULL, "ada's answers are legacy");
	holds(client_line(&bob), "\"resultType\":\"complete\"", "bob's, to the same id, are modern");
	ask(&bob, "6", "initialize",
		"\"protocolVersion\":\"2024-11-05\",\"clientInfo\":{\"name\":\"bob\"}");
	holds(client_line(&bob), "\"protocolVersion\":\"2024-11-05\"", "bob's own handshake");
	works(&bob, "is bob's, now");
	works(&ada, "ada's stands");
}

static void
check_agents(void)
{
	change(&ada, "10", "by ada");
	holds(client_line(&ada), "\"nickName\":\"ada, scimver-mcp: ada\"", "ada acts as ada");
	change(&bob, "10", "by bob");
	holds(client_line(&bob), "\"nickName\":\"bob, scimver-mcp: bob\"", "bob acts as bob");
	ask(&bob, "11", "tools/call", MODERN_AS("rob") ",\"name\":\"scim_create_user\",\"arguments\":{"
		"\"user_data\":{\"userName\":\"new\"}}");
	holds(client_line(&bob), "\"nickName\":\"rob, scimver-mcp: rob\"", "or as a message says");
	change(&ada, "12", "by ada again");
	holds(client_line(&ada), "\"nickName\":\"ada, scimver-mcp: ada\"", "ada still acts as ada");
}

/* Equal ids, of calls that were sent and of calls that wait for a connection. */
static void
check_cancels(void)
{
	bool		other = false;
	bool		queued = false;

	hold_user();
	change(&ada, "20", "kept");
	change(&bob, "20", "cancelled");
	wait_for_locks(2);
	cancel(&bob, "20");
	wait_for_locks(1);
	works(&bob, "bob cancels his call");
	ok(client_waiting(&ada) == 0, "ada's, with the same id, goes on");
	release();
	holds(client_line(&ada), "\"id\":20,\"result\"", "and is answered");
	ok(strcmp(title(), "kept") == 0, "it took effect, bob's did not");

	hold_user();
	change(&ada, "21", "first");
	change(&bob, "22", "second");
	wait_for_locks(2);
	search(&ada, "\"queued\"", ada.name);
	search(&bob, "\"queued\"", bob.name);
	cancel(&ada, "\"queued\"");
	works(&ada, "ada cancels a call that was not sent yet");
	release();
	holds(client_line(&ada), "\"id\":21,\"result\"", "ada's other call is answered");
	/* in whatever order: there are two connections */
	for (int i = 0; i < 2; i++)
	{
		const char *line = client_line(&bob);

		other = other || strstr(line, "\"id\":22,\"result\"") != NULL;
		queued = queued || strstr(line, "secret of bob") != NULL;
	}
	ok(other, "and bob's");
	ok(queued, "bob's with the same id is answered");
	works(&ada, "ada's is not");
}

/* A line that comes in parts, a line that is too long, ids as large as may be. */
static void
check_sizes(void)
{
	static char x[11 * 1024 * 1024];
	char	   *id = malloc(1024 * 1024);
	const char *line;

	memset(x, 'x', sizeof(x));
	(void) snprintf(id, 1000002, "\"%.999999s\"", x);
	client_send(&ada, "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":", 38);
	client_send(&ada, id, 500000);
	works(&bob, "bob is answered in the middle of ada's line");
	client_send(&ada, id + 500000, strlen(id) - 500000);
	client_send(&ada, "}\n", 2);
	line = client_line(&ada);
	ok(strlen(line) > 1000000 && strncmp(line + 22, id, strlen(id)) == 0, "a large id comes back");
	client_send(&ada, x, sizeof(x));
	works(&bob, "bob is answered in the middle of a line that is too long");
	client_send(&ada, "\n", 1);
	holds(client_line(&ada), "-32600", "it is refused");
	client_say(&bob, "{\"jsonrpc\":\"2.0\",\"id\":30,\"method\":\"tools/call\",\"params\":{"
			   "\"name\":\"scim_create_user\",\"arguments\":{\"nonsense\":\"%.9000000s\"}}}", x);
	search(&ada, "30", ada.name);
	holds(client_line(&ada), "secret of ada", "ada is answered beside bob's line of 9 MB");
	holds(client_line(&bob), "INVALID_ARGUMENT", "which is answered, too");
	works(&ada, "ada goes on");
	free(id);
}

/* A call that hangs, and more calls than one client may have. */
static void
check_many(void)
{
	int			answers = 0;

	hold_user();
	change(&ada, "40", "one");
	wait_for_locks(1);
	search(&bob, "40", bob.name);
	holds(client_line(&bob), "secret of bob", "bob's call is answered while ada's hangs");
	change(&ada, "41", "two");
	wait_for_locks(2);
	search_often(&ada, "42", ada.name, 1100);
	while (!(ada.session->holds & HOLD_CALLS))
		go_on();
	ok(bob.session->holds == 0, "ada has too many calls, bob has not");
	works(&bob, "bob is read");
	search(&bob, "43", bob.name);
	while (bob.session->call_count == 0)
		go_on();
	release();
	while (client_waiting(&bob) == 0)
	{
		go_on();
		for (unsigned int n = client_waiting(&ada); n > 0; n--)
			answers += strstr(client_line(&ada), "\"result\"") != NULL;
	}
	ok(answers < 500, "bob's call has its turn, not behind all of ada's (%d)", answers);
	holds(client_line(&bob), "secret of bob", "and its answer");
	while (answers < 1102)
		answers += strstr(client_line(&ada), "\"result\"") != NULL;
	ok(answers == 1102, "none of ada's is lost");
	ok(ada.session->holds == 0 && ada.session->call_count == 0, "and she is read again");
}

/* A client that does not read. */
static void
check_slow_reader(void)
{
	unsigned int queued;
	int			answers = 0;

	for (int i = 0; i < 200; i++)
		ask(&ada, "50", "tools/list", "");
	while (!(ada.session->holds & HOLD_OUTPUT))
		go_on();
	ok(ada.session->lane.held && !bob.session->lane.held && bob.session->holds == 0,
	   "ada does not read, bob does");
	queued = ada.session->lane.queued;
	search_often(&bob, "51", bob.name, 20);
	while (answers < 20)
		answers += strstr(client_line(&bob), "secret of bob") != NULL;
	ok(answers == 20, "bob's calls are answered");
	ok(ada.session->holds & HOLD_OUTPUT && queued > 0 && ada.session->lane.queued == queued,
	   "ada's wait");
	for (answers = 0; answers < 200;)
		answers += strstr(client_line(&ada), "\"tools\":[") != NULL;
	ok(answers == 200, "until she reads: all of them are there");
	works(&ada, "and she goes on");
}

/* A change that conflicts; the id of the request by which the user is asked, to be read at once. */
static const char *
question(Client *client, const char *id)
{
	static char request[64];
	const char *line;

	client_say(client, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/call\",\"params\":{"
			   "\"name\":\"scim_update_user\",\"arguments\":{\"user_id\":\"%s\",\"user_data\":{"
			   "\"userName\":\"held\",\"title\":\"mine\"},\"expected_version\":\"stale\","
			   "\"on_conflict\":\"ask_user\"}}}",
			   id, sql("SELECT id FROM users WHERE user_name = 'held'"));
	line = client_line(client);
	ok(strstr(line, "\"method\":\"elicitation/create\"") != NULL &&
	   sscanf(line, "{\"jsonrpc\":\"2.0\",\"id\":%63[^,]", request) == 1,
	   "%s is asked", client->name);
	return request;
}

static void
decline(Client *client, const char *request)
{
	client_say(client, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"action\":\"decline\"}}",
			   request);
}

/* A user's answer is to his own client's question, which ends with the client. */
static void
check_questions(void)
{
	Client		eve;
	const char *request;

	client_open(&eve, "eve", "secret of eve");
	ask(&eve, "55", "initialize", "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{"
		"\"elicitation\":{}},\"clientInfo\":{\"name\":\"eve\"}");
	holds(client_line(&eve), "2025-11-25", "eve has a user");
	request = question(&eve, "56");
	decline(&ada, request);
	works(&ada, "ada answers in eve's place");
	works(&eve, "which is nothing to eve");
	decline(&eve, request);
	holds(client_line(&eve), "\"id\":56,\"result\"", "she answers herself");
	(void) question(&eve, "57");
	client_close(&eve);
	while (!eve.closed)
		go_on();
	works(&ada, "eve is gone in the middle of a question");
	buf_free(&eve.in);
}

/* ---- a connection that listens ---- */

static bool is_ready;
static bool is_gone;
static bool is_listening;
static char notified[64];

static void
on_ready(Connection *c)
{
	is_ready = c->state == CONNECTION_IDLE;
}

static void
on_refused(Connection *c, OwnError error, const char *reason)
{
	(void) c;
	(void) error;
	log_fatal("cannot connect: %s", reason);
}

static void
on_gone(Connection *c)
{
	(void) c;
	is_gone = true;
}

static void
on_notified(Connection *c, const PGnotify *notification)
{
	(void) c;
	(void) snprintf(notified, sizeof(notified), "%s %s", notification->relname,
					notification->extra);
}

static void
on_listening(Request *request, const Outcome *outcome)
{
	is_listening = outcome->answered;
	free(request);
}

static void
check_listening(void)
{
	static const ConnectionHandlers handlers = {
		on_ready, on_refused, on_gone, on_gone, on_notified
	};
	const RequestText text = {.tool = "a \"channel\"", .agent = ""};
	static Connection listener;

	connection_init(&listener, &handlers);
	connection_start(&listener, "listener");
	while (!is_ready)
		go_on();
	connection_take(&listener, request_new(sizeof(Request), REQUEST_LISTEN, &text, NULL,
										   on_listening));
	while (listener.state != CONNECTION_IDLE)
		go_on();
	ok(is_listening, "a connection listens");
	search(&bob, "60", bob.name);
	sql("SELECT pg_notify('a \"channel\"', 'something')");
	while (notified[0] == '\0')
		go_on();
	ok(strcmp(notified, "a \"channel\" something") == 0, "it is told what is notified");
	holds(client_line(&bob), "secret of bob", "while others serve clients");
	notified[0] = '\0';
	sql("SELECT pg_notify('a \"channel\"', 'again')");
	while (notified[0] == '\0')
		go_on();
	ok(strcmp(notified, "a \"channel\" again") == 0, "and again");
	sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
		" WHERE application_name = 'listener'");
	while (!is_gone)
		go_on();
	ok(listener.state == CONNECTION_CLOSED, "its own handlers are told that it is gone");
	works(&bob, "which nobody else notices");
}

/* ---- ends ---- */

static void
check_ends(void)
{
	Client		carl;

	/* one that sends much, reads nothing and goes: what it asked for is cancelled */
	client_open(&carl, "carl", "secret of carl");
	ask(&carl, "1", "initialize", "\"protocolVersion\":\"2025-11-25\"");
	for (int i = 0; i < 200; i++)
		ask(&carl, "2", "tools/list", "");
	while (!(carl.session->holds & HOLD_OUTPUT))
		go_on();
	client_close(&carl);
	while (!carl.closed)
		go_on();
	works(&ada, "a third client goes, ada stays");
	buf_free(&carl.in);

	hold_user();
	change(&ada, "70", "after all");
	search(&bob, "70", bob.name);
	wait_for_locks(1);
	ok(client_is_alone(&ada, &bob), "ada has seen nothing of bob's");
	client_close(&ada);
	holds(client_line(&bob), "secret of bob", "ada goes, bob stays");
	while (!ada.session->ending)
		go_on();
	for (int i = 0; i < 20; i++)
	{
		search(&bob, "70", bob.name);
		(void) client_line(&bob);
	}
	ok(!ada.closed, "ada's call is finished first");
	release();
	while (!ada.closed)
		go_on();
	ok(strcmp(title(), "after all") == 0, "it took effect");
	search(&bob, "71", bob.name);
	holds(client_line(&bob), "secret of bob", "bob's next call");
	ok(client_is_alone(&bob, &ada), "bob has seen nothing of ada's");
	ok(!none_left, "a session is left");
	client_close(&bob);
	while (!none_left)
		go_on();
	ok(bob.closed, "bob's was the last one");
}

int
main(int argc, char **argv)
{
	checks_open(argc, argv);
	holder = checks_connect();
	client_open(&ada, "ada", "secret of ada");
	client_open(&bob, "bob", "secret of bob");

	check_handshakes();
	check_eras();
	check_agents();
	check_cancels();
	check_sizes();
	check_many();
	check_slow_reader();
	check_questions();
	check_listening();
	check_ends();

	PQfinish(holder);
	return checks_close();
}
