/*
 * grammar.c
 *		Random text by a grammar (see grammar.h).
 */
#include "grammar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 12
#define MAX_NAME 64

/* A piece of text, and then what a rule makes. */
typedef struct Piece
{
	const char *text;
	int			length;
	char		name[MAX_NAME]; /* of the rule; "": the text ends here */
	char		repeat;			/* '?', ',' or 0 */
	const struct Rule *rule;
} Piece;

typedef struct Alternative
{
	unsigned	until;			/* weights up to this one, added up */
	Piece	   *pieces;
	int			count;
} Alternative;

typedef struct Rule
{
	char		name[MAX_NAME];
	Alternative *alternatives;
	int			count;
	struct Rule *next;
} Rule;

struct Grammar
{
	Rule	   *rules;
};

static void
stop(const char *what, const char *where)
{
	fprintf(stderr, "grammar: %s: %s\n", what, where);
	exit(2);
}

/* ---- random numbers (splitmix64) ---- */

unsigned
pick(uint64_t *random, unsigned limit)
{
	uint64_t	z = (*random += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (unsigned) ((z ^ (z >> 31)) >> 33) % limit;
}

/* ---- reading ---- */

static Rule *
find_rule(const Grammar *grammar, const char *name)
{
	for (Rule *rule = grammar->rules; rule; rule = rule->next)
	{
		if (strcmp(rule->name, name) == 0)
			return rule;
	}
	return NULL;
}

bool
has_rule(const Grammar *grammar, const char *name)
{
	return find_rule(grammar, name) != NULL;
}

static Rule *
make_rule(Grammar *grammar, const char *name)
{
	Rule	   *rule = find_rule(grammar, name);

	if (rule)
		return rule;
	if (strlen(name) >= MAX_NAME)
		stop("a long name", name);
	rule = calloc(1, sizeof(Rule));
	strcpy(rule->name, name);
	rule->next = grammar->rules;
	grammar->rules = rule;
	return rule;
}

/* The length of <name>, with < and >; 0: this is text. */
static int
reference_length(const char *p)
{
	int			i = 1;

	if (*p != '<' || !islower((unsigned char) p[1]))
		return 0;
	while (islower((unsigned char) p[i]) || isdigit((unsigned char) p[i]) || p[i] == '_')
		i++;
	if (p[i] == '?' || p[i] == ',')
		i++;
	return p[i] == '>' && i < MAX_NAME ? i + 1 : 0;
}

static void
add_piece(Alternative *alternative, const char *text, int length, const char *reference,
		  int reference_length)
{
	Piece	   *piece;

	alternative->pieces = realloc(alternative->pieces, (alternative->count + 1) * sizeof(Piece));
	piece = &alternative->pieces[alternative->count++];
	*piece = (Piece) {.text = text, .length = length};
	if (reference_length == 0)
		return;
	memcpy(piece->name, reference + 1, reference_length - 2);
	piece->name[reference_length - 2] = '\0';
	if (!isalnum((unsigned char) reference[reference_length - 2]) &&
		reference[reference_length - 2] != '_')
	{
		piece->repeat = reference[reference_length - 2];
		piece->name[reference_length - 3] = '\0';
	}
}

/* "\n" becomes a line's end, in place. */
static char *
unescape(char *text)
{
	char	   *to = text;

	for (const char *from = text; *from; from++)
	{
		if (from[0] == '\\' && from[1] == 'n')
		{
			*to++ = '\n';
			from++;
		}
		else
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

void
add_alternative(Grammar *grammar, const char *name, const char *text)
{
	Rule	   *rule = make_rule(grammar, name);
	Alternative *alternative;
	char	   *end;
	unsigned	weight = (unsigned) strtoul(text, &end, 10);
	const char *start;

	if (isdigit((unsigned char) *text) && end[0] == '*' && end[1] == ' ')
		text = end + 2;
	else
		weight = 1;
	start = unescape(strdup(strcmp(text, "-") == 0 ? "" : text));
	rule->alternatives = realloc(rule->alternatives, (rule->count + 1) * sizeof(Alternative));
	alternative = &rule->alternatives[rule->count];
	*alternative = (Alternative) {.until = weight + (rule->count > 0 ? alternative[-1].until : 0)};
	rule->count++;
	for (const char *p = start;; p++)
	{
		int			length = reference_length(p);

		if (length == 0 && *p)
			continue;
		add_piece(alternative, start, (int) (p - start), p, length);
		if (*p == '\0')
			break;
		p += length - 1;
		start = p + 1;
	}
}

Grammar *
read_grammar(const char *path)
{
	Grammar    *grammar = calloc(1, sizeof(Grammar));
	FILE	   *file = fopen(path, "r");
	char	   *line = NULL;
	char		name[MAX_NAME] = "";
	size_t		size = 0;
	ssize_t		length;

	if (file == NULL)
		stop("cannot be read", path);
	while ((length = getline(&line, &size, file)) > 0)
	{
		line[strcspn(line, "\n")] = '\0';
		length = (ssize_t) strlen(line);
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (line[0] == '\t' && name[0])
			add_alternative(grammar, name, line + 1);
		else if (islower((unsigned char) line[0]) && line[length - 1] == ':' && length <= MAX_NAME)
		{
			memcpy(name, line, length - 1);
			name[length - 1] = '\0';
		}
		else
			stop("neither a rule's name nor an alternative", line);
	}
	free(line);
	fclose(file);
	return grammar;
}

static void
link_alternative(Grammar *grammar, Alternative *alternative)
{
	for (int i = 0; i < alternative->count; i++)
	{
		Piece	   *piece = &alternative->pieces[i];

		if (piece->name[0] && (piece->rule = find_rule(grammar, piece->name)) == NULL)
			stop("no such rule", piece->name);
	}
}

void
link_grammar(Grammar *grammar)
{
	for (Rule *rule = grammar->rules; rule; rule = rule->next)
	{
		for (int i = 0; i < rule->count; i++)
			link_alternative(grammar, &rule->alternatives[i]);
	}
}

/* ---- writing ---- */

static void expand(const Rule *rule, uint64_t *random, int depth, FILE *out);

static void
expand_reference(const Piece *piece, uint64_t *random, int depth, FILE *out)
{
	unsigned	times = 1;

	if (piece->repeat == '?')
		times = pick(random, 2);
	else if (piece->repeat == ',')
		times = 1 + pick(random, 3);
	for (unsigned i = 0; i < times; i++)
	{
		if (i > 0)
			fputs(", ", out);
		expand(piece->rule, random, depth + 1, out);
	}
}

static const Alternative *
choose(const Rule *rule, uint64_t *random, int depth)
{
	const Alternative *alternative = rule->alternatives;
	unsigned	number;

	if (depth > MAX_DEPTH)
		return alternative;
	number = pick(random, alternative[rule->count - 1].until);
	while (number >= alternative->until)
		alternative++;
	return alternative;
}

static void
expand(const Rule *rule, uint64_t *random, int depth, FILE *out)
{
	const Alternative *alternative = choose(rule, random, depth);

	for (int i = 0; i < alternative->count; i++)
	{
		fwrite(alternative->pieces[i].text, 1, alternative->pieces[i].length, out);
		if (alternative->pieces[i].rule)
			expand_reference(&alternative->pieces[i], random, depth, out);
	}
}

void
write_rule(const Grammar *grammar, const char *name, uint64_t *random, FILE *out)
{
	const Rule *rule = find_rule(grammar, name);

	if (rule == NULL)
		stop("no such rule", name);
	expand(rule, random, 0, out);
}
