/*
 * metrics_page.c
 *		/metrics: what was counted, and what there is now.
 *
 * Entry point: metrics_page_handle.
 */
#include "metrics_page.h"

#include "command_line.h"
#include "http_connection.h"
#include "http_text.h"
#include "metrics.h"
#include "pool.h"
#include "subscriptions.h"

/* What is looked at only when somebody asks. */
static void
look(void)
{
	PoolState	pool = pool_state();

	metrics_set(METRIC_POOL_SIZE, (uint64_t) options.pool_size);
	metrics_set(METRIC_POOL_BUSY, pool.busy);
	metrics_set(METRIC_POOL_WAITING, pool.waiting);
	metrics_set(METRIC_CONNECTIONS, http_connections_count());
	metrics_set(METRIC_SUBSCRIPTIONS, subscriptions_count());
}

void
metrics_page_handle(HttpExchange *exchange)
{
	Buf			page = {NULL, 0, 0};

	look();
	metrics_write(&page);
	http_text_answer(exchange, 200, METRICS_CONTENT_TYPE, page.data, page.length);
	buf_free(&page);
}
