/*
 * http_head_fuzz.c
 *		libFuzzer target for the bridge's parser of HTTP (src/bridge/http_parse.c).
 *
 * The input is a connection behind two bytes: how long the pieces are in which it comes,
 * and how long a body may be.  Beside memory errors it looks for broken promises of
 * http_reading.h: above all, that what is read does not depend on the pieces.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_reading.h"

#define MUST(condition) \
	do { if (!(condition)) { fprintf(stderr, "violated: %s\n", #condition); abort(); } } while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static HttpReading whole,
				pieces;
	size_t		length = size - 2;
	uint64_t	most;
	char	   *bytes;

	if (size < 3)
		return 0;
	bytes = malloc(length);
	MUST(bytes != NULL);
	memcpy(bytes, data + 2, length);
	most = data[1] == 255 ? UINT64_MAX : data[1];
	http_read(bytes, length, length, most, &whole);
	http_read_check(&whole, bytes, length);

	http_read(bytes, length, 1 + data[0], most, &pieces);
	MUST(http_read_same(&whole, &pieces));
	http_read_free(&pieces);
	http_read(bytes, length, 1, most, &pieces);
	MUST(http_read_same(&whole, &pieces));
	http_read_free(&pieces);

	http_read_free(&whole);
	free(bytes);
	return 0;
}
