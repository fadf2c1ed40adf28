# Unit test of folding (src/core/fold.c), with a stand-in for the server
# (test/fuzz), for inclusion in a Makefile of this folder: adds to the target "check".
PG_CONFIG ?= pg_config
FUZZ = ../fuzz

check: check-fold
check-fold: fold
	ASAN_OPTIONS=detect_leaks=0 ./fold fold.txt

fold: fold.c $(FUZZ)/server.c ../../src/core/fold.c ../../src/base/jsonb_tree.c ../../src/base/jsonb_pairs.c $(wildcard ../../src/base/*.h ../../src/core/*.h $(FUZZ)/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
		-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I$(FUZZ) -o $@ $(filter %.c,$^)

clean: clean-fold
clean-fold:
	rm -f fold

.PHONY: check-fold clean-fold
