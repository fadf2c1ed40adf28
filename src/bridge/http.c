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
