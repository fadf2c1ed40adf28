# Unit test of ids in URIs (src/base), for inclusion in a Makefile of this
# folder: adds to the target "check".  By itself: make -f uri.mk check
check: check-uri
check-uri: uri
	./uri uri.txt

uri: uri.c ../../src/base/uri.c ../../src/base/uri.h
	$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-I../../src -o $@ uri.c ../../src/base/uri.c

clean: clean-uri
clean-uri:
	rm -f uri

.PHONY: check-uri clean-uri
