/*
 * ask.h
 *		Methods that a function of the database answers: resources, prompts, completions.
 */
#ifndef BRIDGE_ASK_H
#define BRIDGE_ASK_H

#include "message.h"

/* Begin to answer the message, if its method is one of these; false: it is not. */
extern bool ask_start(const Message *message);

#endif							/* BRIDGE_ASK_H */
