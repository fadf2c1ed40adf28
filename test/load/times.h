/*
 * times.h
 *		How long things took.
 */
#ifndef LOAD_TIMES_H
#define LOAD_TIMES_H

#include <stddef.h>
#include <stdint.h>

typedef struct Times
{
	uint32_t   *took;			/* microseconds of each */
	size_t		count;
	size_t		room;			/* for so many */
} Times;

extern void times_add(Times *times, uint64_t took);

/* Before others are asked for: in order. */
extern void times_sort(Times *times);

/* What so many per cent took at most; 0: there are none. */
extern uint32_t times_percent(const Times *times, unsigned percent);

#endif							/* LOAD_TIMES_H */
