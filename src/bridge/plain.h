/*
 * plain.h
 *		The bytes of JSON strings that mean themselves, passed over eight at a time.
 */
#ifndef BRIDGE_PLAIN_H
#define BRIDGE_PLAIN_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The bytes that are looked at together. */
#define PLAIN_STEP sizeof(uint64_t)

/* A word that has this byte in each place. */
#define PLAIN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The next PLAIN_STEP bytes, the first one lowest. */
static inline uint64_t
plain_word(const char *text)
{
	uint64_t	word;

	memcpy(&word, text, sizeof(word));
	return le64toh(word);
}

/*
 * Which of these bytes cannot stand in a JSON string as they are: quotes, backslashes
 * and control characters have their highest bit set.  Only the lowest mark is to be
 * relied on: subtraction borrows from the bytes above one that is marked.
 */
static inline uint64_t
plain_marks(uint64_t word)
{
	uint64_t	quotes = word ^ PLAIN_EACH('"');
	uint64_t	backslashes = word ^ PLAIN_EACH('\\');
	uint64_t	marks = ((quotes - PLAIN_EACH(1)) & ~quotes) |
	((backslashes - PLAIN_EACH(1)) & ~backslashes) |
	((word - PLAIN_EACH(0x20)) & ~word);

	return marks & PLAIN_EACH(0x80);
}

/* The same, and what is not ASCII. */
static inline uint64_t
plain_ascii_marks(uint64_t word)
{
	return plain_marks(word) | (word & PLAIN_EACH(0x80));
}

/* How many bytes come before the lowest mark; there must be one. */
static inline size_t
plain_before(uint64_t marks)
{
	return (size_t) __builtin_ctzll(marks) / 8;
}

#endif							/* BRIDGE_PLAIN_H */
