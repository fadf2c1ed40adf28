# Unit tests of reverse deltas and differences (src/core/delta.c, diff.c), with a stand-in for the server
# (test/fuzz), for inclusion in a Makefile of this folder: adds to the target
# "check".
SRC = ../../src
include ../fuzz/plain.mk
PG_CONFIG ?= pg_config
FUZZ = ../fuzz
DELTA_PARTS = $(FUZZ)/server.c $(FUZZ)/type.c $(CORE)

check: check-delta check-diff
check-delta check-diff: check-%: %
	ASAN_OPTIONS=detect_leaks=0 ./$<

delta diff: %: %.c $(DELTA_PARTS) $(wildcard ../../src/base/*.h ../../src/core/*.h $(FUZZ)/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
		-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I$(FUZZ) -o $@ $(filter %.c,$^)

clean: clean-delta
clean-delta:
	rm -f delta diff

.PHONY: check-delta check-diff clean-delta
