# Unit test of merges (src/core/merge.c), with a stand-in for the server
# (test/fuzz), for inclusion in a Makefile of this folder: adds to the target
# "check".
SRC = ../../src
include ../fuzz/plain.mk
PG_CONFIG ?= pg_config
FUZZ = ../fuzz
MERGE_PARTS = $(FUZZ)/merge_promises.c $(FUZZ)/contents.c $(FUZZ)/server.c $(FUZZ)/type.c $(CORE)

check: check-merge
check-merge: merge
	./merge

merge: merge.c $(MERGE_PARTS) $(wildcard ../../src/base/*.h ../../src/core/*.h $(FUZZ)/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
		-g -O2 -fsanitize=undefined -fno-sanitize-recover=undefined \
		-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I$(FUZZ) -o $@ $(filter %.c,$^)

clean: clean-merge
clean-merge:
	rm -f merge

.PHONY: check-merge clean-merge
