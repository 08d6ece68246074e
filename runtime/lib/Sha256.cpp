//===- Sha256.cpp - SHA-256 ------------------------------------------------===//
//
// Two compression functions: plain C++ by the equations of FIPS 180-4, and one
// on the x86 SHA extensions (Intel SDM, SHA256RNDS2, SHA256MSG1, SHA256MSG2).
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/Sha256.h"

#include <cpuid.h>
#include <cstring>
#include <immintrin.h>

using namespace llmrt;

namespace {

alignas(16) const uint32_t kRound[64] = {
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

inline uint32_t rotate(uint32_t x, int bits) {
  return x >> bits | x << (32 - bits);
}

void compressPlain(uint32_t state[8], const uint8_t *data, size_t blocks) {
  for (; blocks != 0; --blocks, data += 64) {
    uint32_t w[64];
    for (int t = 0; t < 16; ++t) {
      uint32_t word;
      memcpy(&word, data + 4 * t, 4);
      w[t] = __builtin_bswap32(word);
    }
    for (int t = 16; t < 64; ++t) {
      uint32_t small0 =
          rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
      uint32_t small1 =
          rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
      w[t] = small1 + w[t - 7] + small0 + w[t - 16];
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; ++t) {
      uint32_t big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      uint32_t choose = (e & f) ^ (~e & g);
      uint32_t t1 = h + big1 + choose + kRound[t] + w[t];
      uint32_t big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
      h = g, g = f, f = e, e = d + t1;
      d = c, c = b, b = a, a = t1 + big0 + majority;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

/// The instructions keep the eight words as (A,B,E,F) and (C,D,G,H), highest
/// lane first, and do two rounds at a time.
__attribute__((target("sha,sse4.1,ssse3"))) void
compressWithInstructions(uint32_t state[8], const uint8_t *data,
                         size_t blocks) {
  const __m128i swapBytes =
      _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  __m128i abef = _mm_set_epi32(state[0], state[1], state[4], state[5]);
  __m128i cdgh = _mm_set_epi32(state[2], state[3], state[6], state[7]);
  for (; blocks != 0; --blocks, data += 64) {
    const __m128i oldAbef = abef, oldCdgh = cdgh;
    __m128i w[4]; // the next sixteen words of the message schedule
    for (int i = 0; i < 4; ++i)
      w[i] = _mm_shuffle_epi8(
          _mm_loadu_si128(reinterpret_cast<const __m128i *>(data) + i),
          swapBytes);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      __m128i &oldest = w[i % 4];
      const __m128i newest = w[(i + 3) % 4];
      __m128i sum = _mm_add_epi32(
          oldest,
          _mm_load_si128(reinterpret_cast<const __m128i *>(kRound) + i));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
      if (i < 12)
        oldest = _mm_sha256msg2_epu32(
            _mm_add_epi32(_mm_sha256msg1_epu32(oldest, w[(i + 1) % 4]),
                          _mm_alignr_epi8(newest, w[(i + 2) % 4], 4)),
            newest);
    }
    abef = _mm_add_epi32(abef, oldAbef);
    cdgh = _mm_add_epi32(cdgh, oldCdgh);
  }
  alignas(16) uint32_t lanes[8];
  _mm_store_si128(reinterpret_cast<__m128i *>(lanes), abef);
  _mm_store_si128(reinterpret_cast<__m128i *>(lanes) + 1, cdgh);
  state[0] = lanes[3], state[1] = lanes[2];
  state[4] = lanes[1], state[5] = lanes[0];
  state[2] = lanes[7], state[3] = lanes[6];
  state[6] = lanes[5], state[7] = lanes[4];
}

bool hasInstructions() {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3))
    return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

void compress(uint32_t state[8], const uint8_t *data, size_t blocks) {
  static const bool instructions = hasInstructions();
  if (instructions)
    compressWithInstructions(state, data, blocks);
  else
    compressPlain(state, data, blocks);
}

} // namespace

Sha256::Sha256()
    : state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19} {}

void Sha256::update(const void *data, size_t size) {
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  size_t held = length % 64;
  length += size;
  if (held != 0) {
    size_t taken = size < 64 - held ? size : 64 - held;
    memcpy(block + held, bytes, taken);
    bytes += taken, size -= taken;
    if (held + taken < 64)
      return;
    compress(state, block, 1);
  }
  compress(state, bytes, size / 64);
  if (size % 64 != 0)
    memcpy(block, bytes + size / 64 * 64, size % 64);
}

void Sha256::finish(uint8_t digest[kDigestBytes]) {
  // A one bit, zeros up to eight bytes before a block's end, the bit count.
  const uint64_t bits = __builtin_bswap64(length * 8);
  uint8_t padding[64] = {0x80};
  size_t held = length % 64;
  update(padding, (held < 56 ? 56 : 120) - held);
  update(&bits, 8);
  for (int i = 0; i < 8; ++i) {
    uint32_t word = __builtin_bswap32(state[i]);
    memcpy(digest + 4 * i, &word, 4);
  }
}

void llmrt::sha256(const void *data, size_t size,
                   uint8_t digest[kDigestBytes]) {
  Sha256 hash;
  hash.update(data, size);
  hash.finish(digest);
}
