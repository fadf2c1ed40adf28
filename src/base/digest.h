/*
 * digest.h
 *		Base64, and sums modulo 2^256, on plain memory.
 */
#ifndef SCIM_BASE_DIGEST_H
#define SCIM_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCIM_DIGEST_SIZE 32

/* The characters of a base64 text with padding, without the terminating zero. */
#define BASE64_SIZE(length) (((length) + 2) / 3 * 4)

/* RFC 4648 section 4: the standard alphabet with padding.  "out" is terminated. */
extern void base64_text(char *out, const uint8_t *bytes, size_t length);

/*
 * RFC 4648 section 5, without padding: "out" has room for BASE64_SIZE(length) +
 * 1 and is terminated.
 */
extern void base64url_text(char *out, const uint8_t *bytes, size_t length);

/*
 * The bytes of such a text, in the one spelling that base64url_text gives;
 * "out" has room for three quarters of it.
 */
extern bool base64url_bytes(uint8_t *out, size_t *out_length, const char *text, size_t length);

/* sum += term, sum -= term: both are 32 bytes, big-endian. */
extern void digest_add(uint8_t *sum, const uint8_t *term);
extern void digest_subtract(uint8_t *sum, const uint8_t *term);

#endif							/* SCIM_BASE_DIGEST_H */
