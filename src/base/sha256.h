/*
 * sha256.h
 *		SHA-256 of what lies in memory.
 */
#ifndef SCIM_BASE_SHA256_H
#define SCIM_BASE_SHA256_H

#include "base/digest.h"

/* Throws an error if the library refuses. */
extern void scim_sha256(const void *data, size_t length, uint8_t hash[SCIM_DIGEST_SIZE]);

#endif							/* SCIM_BASE_SHA256_H */
