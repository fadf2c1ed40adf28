/*
 * clock.h
 *		Time that never goes back.
 */
#ifndef BRIDGE_CLOCK_H
#define BRIDGE_CLOCK_H

#include <stdint.h>

/* Milliseconds and microseconds since some moment in the past. */
extern uint64_t clock_ms(void);
extern uint64_t clock_us(void);

#endif							/* BRIDGE_CLOCK_H */
