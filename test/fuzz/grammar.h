/*
 * grammar.h
 *		Random text by a grammar that is read from a file.
 *
 *		# comment
 *		table:
 *			users
 *			4* <schema>.<name>
 *
 * A rule's alternatives stand below its name, each indented by one tab, and are
 * chosen by weight ("4* ", or 1).  "-" alone is the empty text.  <name> is what the
 * rule "name" makes, <name?> that or nothing, <name,> one to three of it with
 * commas between; \n separates statements.  Beyond MAX_DEPTH the first
 * alternative is taken: it must lead to an end.
 */
#ifndef GRAMMAR_H
#define GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Grammar Grammar;

/* The grammar in the file; ends the program if it has a mistake. */
extern Grammar *read_grammar(const char *path);

/* One alternative more, for a rule that may be new. */
extern void add_alternative(Grammar *grammar, const char *rule, const char *text);

extern bool has_rule(const Grammar *grammar, const char *name);

/*
 * Finds the rules that alternatives name; ends the program if one is missing.
 * Nothing is added afterwards.
 */
extern void link_grammar(Grammar *grammar);

/* Writes what the rule makes; "random" is the state of the generator. */
extern void write_rule(const Grammar *grammar, const char *rule, uint64_t *random, FILE *out);

/* A number below the limit. */
extern unsigned pick(uint64_t *random, unsigned limit);

#endif							/* GRAMMAR_H */
