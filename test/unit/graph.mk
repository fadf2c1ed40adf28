# Unit test of graphs (src/core), with a stand-in for the server (test/fuzz),
# for inclusion in a Makefile of this folder: adds to the target "check".
SRC = ../../src
include ../fuzz/plain.mk
GRAPH_PARTS = ../fuzz/server.c ../fuzz/type.c $(CORE)

check: check-graph
check-graph: graph
	ASAN_OPTIONS=detect_leaks=0 ./graph

graph: graph.c $(GRAPH_PARTS) $(wildcard ../../src/base/*.h ../../src/core/*.h ../fuzz/*.h)
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
		-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I../fuzz -o $@ $(filter %.c,$^)

clean: clean-graph
clean-graph:
	rm -f graph

.PHONY: check-graph clean-graph
