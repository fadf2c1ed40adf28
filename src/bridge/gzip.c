/*
 * gzip.c
 *		Answers that are sent compressed, to who takes that.
 *
 * Entry points: gzip_is_taken, gzip_pack.
 */
#include "gzip.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "http_bytes.h"
#include "log.h"

/* The event loop does nothing else meanwhile: the fastest level, which makes JSON a fifth. */
#define LEVEL 1

/* zlib's own: a gzip header and trailer instead of those of deflate. */
#define WINDOW_BITS (15 + 16)
#define MEMORY_LEVEL 8

/* A weight, in thousandths; without one, it is 1. */
#define WEIGHT_MOST 1000
#define WEIGHT_NONE (-1)

/* What a client says of codings; WEIGHT_NONE: nothing. */
typedef struct Weights
{
	int			gzip;
	int			identity;
	int			any;
} Weights;

/* What comes before the byte, or all of it; then there is no rest any more. */
static ScanSpan
take(ScanSpan *rest, char byte)
{
	ScanSpan	taken = http_take_until(rest, byte);

	if (taken.start == NULL)
	{
		taken = *rest;
		*rest = (ScanSpan) {NULL, 0};
	}
	return http_trim(taken);
}

/* "q=0.5": that is 500; what is no weight is 0, as who sent it may mean anything. */
static int
read_weight(ScanSpan text)
{
	int			weight = 0;
	int			unit = WEIGHT_MOST;

	if (text.length < 3 || text.length > 7 || !http_begins_with(text, "q=") ||
		(text.length > 3 && text.start[3] != '.'))
		return 0;
	for (size_t i = 2; i < text.length; i++)
	{
		if (i == 3)
			continue;
		if (text.start[i] < '0' || text.start[i] > '9')
			return 0;
		weight += unit * (text.start[i] - '0');
		unit /= 10;
	}
	return weight > WEIGHT_MOST ? 0 : weight;
}

/* One of a list: "gzip;q=0.5".  Who names it twice means the lesser one. */
static void
read_coding(Weights *weights, ScanSpan one)
{
	ScanSpan	rest = one;
	ScanSpan	name = take(&rest, ';');
	int			weight = rest.start == NULL ? WEIGHT_MOST : read_weight(http_trim(rest));
	int		   *said;

	if (http_is_text(name, "gzip") || http_is_text(name, "x-gzip"))
		said = &weights->gzip;
	else if (http_is_text(name, "identity"))
		said = &weights->identity;
	else if (http_is_text(name, "*"))
		said = &weights->any;
	else
		return;
	if (*said == WEIGHT_NONE || weight < *said)
		*said = weight;
}

bool
gzip_is_taken(const HttpHead *head)
{
	Weights		weights = {WEIGHT_NONE, WEIGHT_NONE, WEIGHT_NONE};
	int			gzip;

	for (unsigned int i = 0; i < head->count; i++)
	{
		ScanSpan	rest = head->fields[i].value;

		if (!http_is_field(&head->fields[i], "accept-encoding"))
			continue;
		while (rest.start != NULL)
			read_coding(&weights, take(&rest, ','));
	}
	gzip = weights.gzip != WEIGHT_NONE ? weights.gzip : weights.any;
	return gzip > 0 && gzip >= weights.identity;
}

/* One for all answers: it takes 256 kB, and a while to be made. */
static z_stream *
stream(void)
{
	static z_stream kept;
	static bool made;

	if (made ? deflateReset(&kept) != Z_OK :
		deflateInit2(&kept, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
					 Z_DEFAULT_STRATEGY) != Z_OK)
		log_fatal("cannot compress: out of memory");
	made = true;
	return &kept;
}

bool
gzip_pack(Buf *out, const char *bytes, size_t length)
{
	z_stream   *packer;

	if (length <= 1 || length > UINT_MAX)
		return false;
	packer = stream();

	/* what does not fit into less than the plain bytes is not worth it */
	buf_reserve(out, length - 1);
	packer->next_in = (Bytef *) bytes;
	packer->avail_in = (uInt) length;
	packer->next_out = (Bytef *) (out->data + out->length);
	packer->avail_out = (uInt) (length - 1);
	if (deflate(packer, Z_FINISH) != Z_STREAM_END)
		return false;
	out->length += length - 1 - packer->avail_out;
	return true;
}
