/*
 * digest.c
 *		Base64, and sums modulo 2^256.
 *
 * The digest of a set is the sum of its members' hashes: the order in which
 * they come and go does not matter, and each change costs the same.
 */
#include "base/digest.h"

#include <string.h>

void
base64_text(char *out, const uint8_t *bytes, size_t length)
{
	static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3)
	{
		size_t		left = length - i;
		uint32_t	group = (uint32_t) bytes[i] << 16;

		if (left > 1)
			group |= (uint32_t) bytes[i + 1] << 8;
		if (left > 2)
			group |= bytes[i + 2];
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[(group >> 12) & 63];
		*out++ = left > 1 ? alphabet[(group >> 6) & 63] : '=';
		*out++ = left > 2 ? alphabet[group & 63] : '=';
	}
	*out = '\0';
}

static const char url_alphabet[] =
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
base64url_text(char *out, const uint8_t *bytes, size_t length)
{
	uint32_t	bits = 0;
	int			count = 0;		/* of the bits that wait */

	for (size_t i = 0; i < length; i++)
	{
		bits = (bits << 8) | bytes[i];
		for (count += 8; count >= 6; count -= 6)
			*out++ = url_alphabet[(bits >> (count - 6)) & 63];
	}
	if (count > 0)
		*out++ = url_alphabet[(bits << (6 - count)) & 63];
	*out = '\0';
}

bool
base64url_bytes(uint8_t *out, size_t *out_length, const char *text, size_t length)
{
	uint32_t	bits = 0;
	int			count = 0;
	uint8_t    *at = out;

	for (size_t i = 0; i < length; i++)
	{
		const char *digit = text[i] ? strchr(url_alphabet, text[i]) : NULL;

		if (digit == NULL)
			return false;
		bits = (bits << 6) | (uint32_t) (digit - url_alphabet);
		count += 6;
		if (count >= 8)
		{
			count -= 8;
			*at++ = (uint8_t) (bits >> count);
		}
	}
	*out_length = at - out;
	return count < 6 && (bits & ((1U << count) - 1)) == 0;
}

void
digest_add(uint8_t *sum, const uint8_t *term)
{
	unsigned	carry = 0;

	for (int i = SCIM_DIGEST_SIZE - 1; i >= 0; i--)
	{
		carry += (unsigned) sum[i] + term[i];
		sum[i] = (uint8_t) carry;
		carry >>= 8;
	}
}

void
digest_subtract(uint8_t *sum, const uint8_t *term)
{
	int			borrow = 0;

	for (int i = SCIM_DIGEST_SIZE - 1; i >= 0; i--)
	{
		int			difference = sum[i] - term[i] - borrow;

		borrow = difference < 0;
		sum[i] = (uint8_t) difference;
	}
}
