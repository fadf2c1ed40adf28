# Unit tests of bulk requests (src/core/bulk*.c: bulk.c, bulk_order.c), with a stand-in for
# the server (test/fuzz), for inclusion in a Makefile of this folder: adds to the target
# "check".
SRC = ../../src
include ../fuzz/plain.mk
PG_CONFIG ?= pg_config
FUZZ = ../fuzz
BULK_PARTS = $(FUZZ)/server.c $(FUZZ)/type.c $(CORE)
BULK_ORDER_PARTS = $(FUZZ)/server.c $(addprefix ../../src/core/,bulk_order.c graph.c finder.c canonical.c jcs.c entries.c) $(filter $(SRC)/base/%,$(CORE))

check: check-bulk check-bulk_order
check-bulk: bulk
	ASAN_OPTIONS=detect_leaks=0 ./bulk bulk.txt
check-bulk_order: bulk_order
	ASAN_OPTIONS=detect_leaks=0 ./bulk_order

bulk: $(BULK_PARTS)
bulk_order: $(BULK_ORDER_PARTS)

bulk bulk_order: %: %.c $(wildcard ../../src/base/*.h ../../src/core/*.h $(FUZZ)/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
		-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I$(FUZZ) -o $@ $(filter %.c,$^)

clean: clean-bulk
clean-bulk:
	rm -f bulk bulk_order

.PHONY: check-bulk check-bulk_order clean-bulk
