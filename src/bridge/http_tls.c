/*
 * http_tls.c
 *		TLS: certificates, and sockets that speak it.
 *
 * TLS 1.2 and newer, with what OpenSSL takes for good.  Connections that are there
 * keep the certificates with which they began.
 *
 * Entry points: http_tls_open, http_tls_accept, http_tls_pull, http_tls_shut.
 */
#include "http_tls.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "log.h"

static SSL_CTX *context;

/* What OpenSSL says last. */
static const char *
reason(void)
{
	static char text[256];

	ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	ERR_clear_error();
	return text;
}

/* Of protocols above TLS there is HTTP/1.1; a client that names others only gets none. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
				const unsigned char *in, unsigned int in_length, void *arg)
{
	static const unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
	unsigned char *chosen;

	(void) ssl;
	(void) arg;
	if (SSL_select_next_proto(&chosen, out_length, ours, sizeof(ours), in, in_length) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* A context with what is in the files now; NULL: they cannot be used, which is logged. */
static SSL_CTX *
read_files(void)
{
	SSL_CTX    *made = SSL_CTX_new(TLS_server_method());

	if (made == NULL || SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION) != 1)
		log_fatal("cannot use TLS: %s", reason());
	(void) SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	/* sessions are in their tickets, not here; idle connections keep no buffers */
	(void) SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
	(void) SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(made, choose_protocol, NULL);
	if (SSL_CTX_use_certificate_chain_file(made, options.tls_cert) != 1)
		log_line("cannot use the certificates of --tls-cert: %s", reason());
	else if (SSL_CTX_use_PrivateKey_file(made, options.tls_key, SSL_FILETYPE_PEM) != 1)
		log_line("cannot use the key of --tls-key: %s", reason());
	else if (SSL_CTX_check_private_key(made) != 1)
		log_line("the key of --tls-key is not that of the certificate: %s", reason());
	else
		return made;
	SSL_CTX_free(made);
	return NULL;
}

static void
on_sighup(evutil_socket_t fd, short what, void *arg)
{
	SSL_CTX    *made = read_files();

	(void) fd;
	(void) what;
	(void) arg;
	if (made == NULL)
	{
		log_line("the certificates are those of before");
		return;
	}
	SSL_CTX_free(context);
	context = made;
	log_line("the certificates have been read again");
}

void
http_tls_open(struct event_base *base)
{
	struct event *sighup = evsignal_new(base, SIGHUP, on_sighup, NULL);

	if (sighup == NULL || event_add(sighup, NULL) < 0)
		log_fatal("cannot watch for signals");
	context = read_files();
	if (context == NULL)
		exit(EXIT_USAGE);
}

struct bufferevent *
http_tls_accept(struct event_base *base, int fd)
{
	SSL		   *ssl = SSL_new(context);
	struct bufferevent *socket;

	if (ssl == NULL)
		return NULL;
	socket = bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
											BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	/* lengths are said, so a client that just goes leaves nothing open */
	if (socket != NULL)
		bufferevent_openssl_set_allow_dirty_shutdown(socket, 1);
	return socket;
}

/*
 * Where reading stops as there is enough, libevent leaves the rest of a record with OpenSSL,
 * and looks for it only when more comes from the client, who may have sent all.
 */
void
http_tls_pull(struct bufferevent *socket)
{
	SSL		   *ssl = bufferevent_openssl_get_ssl(socket);
	char		piece[4096];
	int			pending = SSL_pending(ssl);

	while (pending > 0)
	{
		int			most = pending < (int) sizeof(piece) ? pending : (int) sizeof(piece);
		int			n = SSL_read(ssl, piece, most);

		if (n <= 0)
			break;				/* it is told when the socket is looked at */
		if (evbuffer_add(bufferevent_get_input(socket), piece, (size_t) n) < 0)
			log_fatal("out of memory");
		pending -= n;
	}
}

void
http_tls_shut(struct bufferevent *socket)
{
	SSL		   *ssl = bufferevent_openssl_get_ssl(socket);

	ERR_clear_error();
	if (SSL_is_init_finished(ssl) && SSL_shutdown(ssl) < 0)
		ERR_clear_error();		/* it cannot be told: it will see the socket's end */
}
