/*
 * bridge_gzip.c
 *		Unit test of compressed answers (src/bridge/gzip.c): who takes them, and that they
 *		are what was packed.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bridge_test.h"
#include "gzip.h"

/* Two fields of that name, as far as they are there. */
static bool
is_taken(const char *first, const char *second)
{
	const char *values[] = {"br", first, second};
	const char *names[] = {"Accept", "Accept-Encoding", "ACCEPT-ENCODING"};
	HttpHead	head = {.count = 0};

	for (size_t i = 0; i < 3 && values[i] != NULL; i++)
	{
		HttpField  *field = &head.fields[head.count++];

		field->name = (ScanSpan) {names[i], strlen(names[i])};
		field->value = (ScanSpan) {values[i], strlen(values[i])};
	}
	return gzip_is_taken(&head);
}

static void
check_taken(void)
{
	static const char *const taken[] = {
		"gzip", "GZip", "x-gzip", "deflate, gzip", "br;q=1, gzip;q=0.001", "gzip;q=1.000",
		"gzip ; q=0.5", "gzip;Q=0.5", "*", "*;q=0.5, br", "gzip;q=0.5, identity;q=0.5",
		",gzip,", "identity;q=0, gzip;q=0.1", "\tgzip\t", "gzip;q=0.1"
	};
	static const char *const refused[] = {
		"", "br", "gzip;q=0", "gzip;q=0.000", "gzip;q=0.", "*;q=0", "identity", "*, gzip;q=0",
		"gzip;q=0.5, identity", "gzip;q=0.4, identity;q=0.5", "gzip;q=2", "gzip;q=1.001",
		"gzip;q=-1", "gzip;q=0.0001", "gzip;level=1", "gzip;q", "gzip;", "gzip;q=0.5;x=1",
		"gzipped", "gzi", "gzip;q=1 0", "gzip, gzip;q=0", ",,,", "*;q=0.5, identity"
	};

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		ok_of(is_taken(taken[i], NULL), "gzip is taken: ", taken[i]);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok_of(!is_taken(refused[i], NULL), "gzip is not taken: ", refused[i]);
	ok_of(!is_taken(NULL, NULL), "gzip is not taken by who says nothing", "");
	ok_of(is_taken("br", "gzip"), "two fields are one list", "");
	ok_of(!is_taken("gzip;q=0.3", "identity;q=0.4"), "whichever comes first", "");
}

/* Unpack what was packed behind a text that was there before. */
static bool
is_unpacked(const char *bytes, size_t length)
{
	Buf			packed = {NULL, 0, 0};
	char	   *back = must_alloc(length + 1);
	z_stream	stream = {.next_out = (Bytef *) back, .avail_out = (uInt) length + 1};
	bool		same;

	buf_text(&packed, "before");
	same = gzip_pack(&packed, bytes, length) && packed.length - 6 < length &&
		memcmp(packed.data, "before\x1f\x8b", 8) == 0;
	stream.next_in = (Bytef *) packed.data + 6;
	stream.avail_in = (uInt) (packed.length - 6);
	same = same && inflateInit2(&stream, 15 + 16) == Z_OK &&
		inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0 &&
		stream.total_out == length && memcmp(back, bytes, length) == 0;
	(void) inflateEnd(&stream);
	buf_free(&packed);
	free(back);
	return same;
}

static void
check_packed(void)
{
	size_t		length = 3 * 1024 * 1024;
	char	   *bytes = must_alloc(length);
	Buf			out = {NULL, 0, 0};
	unsigned int random = 1;

	for (size_t i = 0; i < length; i++)
		bytes[i] = "{\"userName\": \"ada\"}"[i % 19];
	ok_of(is_unpacked(bytes, GZIP_LEAST + 1), "two kilobytes", "");
	ok_of(is_unpacked(bytes, length), "three megabytes", "");
	ok_of(is_unpacked(bytes, 100), "and a hundred bytes after them", "");
	for (size_t i = 0; i < length; i++)
	{
		random = random * 1103515245 + 12345;
		bytes[i] = (char) (random >> 16);
	}
	buf_text(&out, "before");
	ok_of(!gzip_pack(&out, bytes, 5000) && out.length == 6 && memcmp(out.data, "before", 6) == 0,
		  "what does not become shorter stays as it is", "");
	ok_of(!gzip_pack(&out, bytes, 0) && !gzip_pack(&out, bytes, 1), "nor does nothing", "");
	memset(bytes, 'x', 5000);
	ok_of(is_unpacked(bytes, 5000), "and the next one is packed", "");
	buf_free(&out);
	free(bytes);
}

int
main(void)
{
	check_taken();
	check_packed();
	printf("1..%d\n", tests);
	return failures > 0;
}
