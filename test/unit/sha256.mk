# Unit test of hashes (src/base/sha256.c), with a stand-in for the server
# (test/fuzz), for inclusion in a Makefile of this folder: adds to the target
# "check".  The source is built in both ways, by OpenSSL and by the server's
# functions, of which there is a library for programs.
PG_CONFIG ?= pg_config
SHA256_SOURCE = ../../src/base/sha256.c
SHA256_FLAGS = -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare \
	-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-I$(shell $(PG_CONFIG) --includedir-server) -I../../src -I../fuzz
# the functions that the test makes fail
SHA256_FAIL = EVP_MD_CTX_new EVP_MD_fetch EVP_DigestInit_ex EVP_DigestUpdate EVP_DigestFinal_ex

check: check-sha256
check-sha256: sha256
	ASAN_OPTIONS=detect_leaks=0 ./sha256

sha256: sha256.c ../fuzz/server.c ../../src/base/jsonb_tree.c ../../src/base/jsonb_pairs.c $(SHA256_SOURCE) $(wildcard ../../src/base/*.h ../fuzz/*.h)
	$(CC) $(SHA256_FLAGS) -DSCIM_OPENSSL -Dscim_sha256=sha256_openssl -c -o sha256_openssl.o $(SHA256_SOURCE)
	$(CC) $(SHA256_FLAGS) -Dscim_sha256=sha256_server -c -o sha256_server.o $(SHA256_SOURCE)
	$(CC) $(SHA256_FLAGS) -DSERVER_HASHES $(SHA256_FAIL:%=-Wl,--wrap=%) -o $@ sha256.c ../fuzz/server.c ../../src/base/jsonb_tree.c ../../src/base/jsonb_pairs.c \
		sha256_openssl.o sha256_server.o -L$(shell $(PG_CONFIG) --pkglibdir) -L$(shell $(PG_CONFIG) --libdir) -lpgcommon -lpgport -lcrypto

clean: clean-sha256
clean-sha256:
	rm -f sha256 sha256_openssl.o sha256_server.o

.PHONY: check-sha256 clean-sha256
