# Unit test of filters (src/core), with a stand-in for the server (test/fuzz),
# for inclusion in a Makefile of this folder: adds to the target "check".
SRC = ../../src
include ../fuzz/plain.mk
PG_CONFIG ?= pg_config
FUZZ = ../fuzz

check: check-filter
check-filter: filter
	ASAN_OPTIONS=detect_leaks=0 ./filter filter.txt

filter: filter.c $(FUZZ)/server.c $(FUZZ)/type.c $(FUZZ)/filter_text.c $(CORE) $(wildcard ../../src/base/*.h ../../src/core/*.h $(FUZZ)/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
		-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I$(FUZZ) -o $@ $(filter %.c,$^)

clean: clean-filter
clean-filter:
	rm -f filter

.PHONY: check-filter clean-filter
