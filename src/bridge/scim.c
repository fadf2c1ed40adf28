/* D writes this. */
#include "scim.h"

bool
scim_admit(HttpExchange *exchange, HttpAnswer *refusal)
{
	(void) exchange;
	(void) refusal;
	return true;
}

void
scim_handle(HttpExchange *exchange)
{
	const HttpAnswer answer = {.status = 503};

	http_answer(exchange, &answer);
}

void
scim_gone(HttpExchange *exchange)
{
	(void) exchange;
}
