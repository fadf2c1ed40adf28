# Unit test of the members that came and went (src/history/moves.c, tally.c), with a
# stand-in for the server (test/fuzz), for inclusion in a Makefile of this
# folder: adds to the target "check".
SRC = ../../src
include ../fuzz/plain.mk
MOVES_PARTS = ../fuzz/server.c $(addprefix ../../src/history/,moves.c tally.c) $(addprefix ../../src/core/,canonical.c entries.c finder.c jcs.c) $(filter $(SRC)/base/%,$(CORE))

check: check-moves
check-moves: moves
	ASAN_OPTIONS=detect_leaks=0 ./moves

moves: moves.c $(MOVES_PARTS) $(wildcard ../../src/base/*.h ../../src/core/*.h ../../src/history/*.h ../fuzz/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
		-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I../fuzz -o $@ $(filter %.c,$^)

clean: clean-moves
clean-moves:
	rm -f moves

.PHONY: check-moves clean-moves
