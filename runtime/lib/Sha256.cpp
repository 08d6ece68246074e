//===- Sha256.cpp - The SHA-256 hash --------------------------------------===//
//
// After FIPS 180-4, section 6.2. The variant with SHA instructions keeps the
// state as the instructions want it, (A, B, E, F) and (C, D, G, H), and does
// four rounds at a time.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/Sha256.h"

#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

using namespace llmrt;

/// The first 32 bits of the fractional parts of the cube roots of the first 64
/// primes.
alignas(16) static const uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotateRight(uint32_t value, unsigned bits) {
  return value >> bits | value << (32 - bits);
}

static uint32_t loadBigEndian(const uint8_t *bytes) {
  return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 |
         uint32_t(bytes[2]) << 8 | bytes[3];
}

void Sha256::compress(uint32_t state[8], const uint8_t *bytes, size_t blocks) {
  for (; blocks; --blocks, bytes += 64) {
    uint32_t schedule[64];
    for (int i = 0; i < 16; ++i)
      schedule[i] = loadBigEndian(bytes + 4 * i);
    for (int i = 16; i < 64; ++i) {
      uint32_t near = schedule[i - 2], far = schedule[i - 15];
      schedule[i] =
          schedule[i - 16] + schedule[i - 7] +
          (rotateRight(far, 7) ^ rotateRight(far, 18) ^ far >> 3) +
          (rotateRight(near, 17) ^ rotateRight(near, 19) ^ near >> 10);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; ++i) {
      uint32_t mixed =
          h + (rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)) +
          ((e & f) ^ (~e & g)) + kRound[i] + schedule[i];
      uint32_t majority =
          (rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)) +
          ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + mixed;
      d = c, c = b, b = a, a = mixed + majority;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__)

bool Sha256::hasShaInstructions() {
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & bit_SHA))
    return false;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_SSE4_1) &&
         (ecx & bit_SSSE3);
}

[[gnu::target("sha,sse4.1,ssse3")]] void
Sha256::compressWithInstructions(uint32_t state[8], const uint8_t *bytes,
                                 size_t blocks) {
  const __m128i bigEndian =
      _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  auto load = [](const uint32_t *words) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(words));
  };
  __m128i abcd = _mm_shuffle_epi32(load(state), 0x1b);     // A B C D
  __m128i efgh = _mm_shuffle_epi32(load(state + 4), 0x1b); // E F G H
  __m128i abef = _mm_unpackhi_epi64(efgh, abcd);
  __m128i cdgh = _mm_unpacklo_epi64(efgh, abcd);

  for (; blocks; --blocks, bytes += 64) {
    const __m128i abefBefore = abef, cdghBefore = cdgh;
    __m128i words[4]; // the last 16 words of the schedule
    for (int i = 0; i < 4; ++i)
      words[i] = _mm_shuffle_epi8(
          _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes) + i),
          bigEndian);
    for (int group = 0; group < 16; ++group) {
      __m128i &oldest = words[group % 4];
      if (group >= 4) {
        const __m128i &second = words[(group + 1) % 4];
        const __m128i &third = words[(group + 2) % 4];
        const __m128i &last = words[(group + 3) % 4];
        oldest = _mm_sha256msg2_epu32(
            _mm_add_epi32(_mm_sha256msg1_epu32(oldest, second),
                          _mm_alignr_epi8(last, third, 4)),
            last);
      }
      __m128i sum = _mm_add_epi32(oldest, load(kRound + 4 * group));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
    abef = _mm_add_epi32(abef, abefBefore);
    cdgh = _mm_add_epi32(cdgh, cdghBefore);
  }
  // Register order, high to low: A B E F and C D G H.
  abcd = _mm_unpackhi_epi64(cdgh, abef);
  efgh = _mm_unpacklo_epi64(cdgh, abef);
  _mm_storeu_si128(reinterpret_cast<__m128i *>(state),
                   _mm_shuffle_epi32(abcd, 0x1b));
  _mm_storeu_si128(reinterpret_cast<__m128i *>(state + 4),
                   _mm_shuffle_epi32(efgh, 0x1b));
}

#else

bool Sha256::hasShaInstructions() { return false; }

void Sha256::compressWithInstructions(uint32_t state[8], const uint8_t *bytes,
                                      size_t blocks) {
  compress(state, bytes, blocks);
}

#endif

void Sha256::update(const void *bytes, size_t size) {
  const uint8_t *next = static_cast<const uint8_t *>(bytes);
  totalBytes += size;
  if (pendingBytes) {
    size_t taken = size < 64 - pendingBytes ? size : 64 - pendingBytes;
    memcpy(pending + pendingBytes, next, taken);
    pendingBytes += taken, next += taken, size -= taken;
    if (pendingBytes < 64)
      return;
    compressBlocks(state, pending, 1);
    pendingBytes = 0;
  }
  compressBlocks(state, next, size / 64);
  pendingBytes = size % 64;
  if (pendingBytes)
    memcpy(pending, next + (size - pendingBytes), pendingBytes);
}

Sha256::Digest Sha256::finish() {
  // A one bit, zeros, and the length in bits as the last eight bytes of a
  // block.
  uint8_t tail[128] = {};
  memcpy(tail, pending, pendingBytes);
  tail[pendingBytes] = 0x80;
  size_t blocks = pendingBytes < 56 ? 1 : 2;
  for (int i = 0; i < 8; ++i)
    tail[blocks * 64 - 1 - i] = uint8_t(totalBytes * 8 >> 8 * i);
  compressBlocks(state, tail, blocks);

  Digest digest;
  for (int i = 0; i < 32; ++i)
    digest[i] = uint8_t(state[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}
