/*
 * call.h
 *		tools/call: from the message to the envelope.
 */
#ifndef BRIDGE_CALL_H
#define BRIDGE_CALL_H

#include "message.h"

/* The client calls a tool. */
extern void call_start(Message *message);

#endif							/* BRIDGE_CALL_H */
