/* C writes this. */
#include "http.h"

#include <stdlib.h>

void
http_answer(HttpExchange *exchange, const HttpAnswer *answer)
{
	(void) exchange;
	(void) answer;
	abort();
}

bool
http_is_finishing(void)
{
	return false;
}
