/*
 * FNV-1a, 64 bits: the checksum of a pass (over little-endian results in input order), the id of a
 * configuration, and the fingerprint of an input. It guards against mistakes, not against malice.
 *
 * Source: Fowler, Noll, Vo; draft-eastlake-fnv. Threads: pure functions.
 */
#ifndef BE_CORE_HASH_H
#define BE_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BE_HASH_SEED UINT64_C(0xcbf29ce484222325)

/* Hashes bytes onto an earlier hash; start with BE_HASH_SEED. */
static inline uint64_t be_hash_bytes(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static inline uint64_t be_hash_string(uint64_t hash, const char *text)
{
    return be_hash_bytes(hash, text, strlen(text));
}

#endif
