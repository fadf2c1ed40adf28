/*
 * digest.c
 *		Base64, and sums modulo 2^256.
 *
 * The digest of a set is the sum of its members' hashes: the order in which
 * they come and go does not matter, and each change costs the same.
 */
#include "core/digest.h"

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
