//===- ArithmeticLoops.cpp - Loops at the peak of the instructions --------===//
//
// Sums live in an array that is unrolled into registers; an empty asm that
// takes each of them keeps the compiler from simplifying the loop away.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/ArithmeticLoops.h"

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llmrt::tools;

namespace {

/// Multipliers have latencies of 4 to 6 cycles and issue two a cycle.
constexpr int kSums = 12;
constexpr int kRepeats = 64; ///< of all sums in a round

#define TARGET(features) __attribute__((target(features)))

/// Pretends to change all sums, which therefore stay in registers.
#define KEEP(sums)                                                             \
  _Pragma("GCC unroll 12") for (int kept = 0; kept < kSums;                    \
                                ++kept) __asm__ volatile("" :                  \
                                                         "+v"(sums[kept]))

TARGET("avx512f") uint64_t f32Avx512(uint64_t rounds) {
  __m512 sums[kSums] = {};
  const __m512 a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(0.25f);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
      for (int index = 0; index < kSums; ++index)
        sums[index] = _mm512_fmadd_ps(a, b, sums[index]);
      KEEP(sums);
    }
  return rounds * kRepeats * kSums * 16 * 2;
}

TARGET("avx2,fma") uint64_t f32Avx2(uint64_t rounds) {
  __m256 sums[kSums] = {};
  const __m256 a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(0.25f);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
      for (int index = 0; index < kSums; ++index)
        sums[index] = _mm256_fmadd_ps(a, b, sums[index]);
      KEEP(sums);
    }
  return rounds * kRepeats * kSums * 8 * 2;
}

uint64_t f32Sse2(uint64_t rounds) {
  __m128 sums[kSums] = {};
  const __m128 a = _mm_set1_ps(0.5f);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
      for (int index = 0; index < kSums; ++index)
        sums[index] = _mm_add_ps(_mm_mul_ps(a, sums[index]), a);
      KEEP(sums);
    }
  return rounds * kRepeats * kSums * 4 * 2;
}

TARGET("avx512f,avx512bf16") uint64_t bf16Avx512(uint64_t rounds) {
  __m512 sums[kSums] = {};
  const __m512bh a = (__m512bh)_mm512_set1_epi16(0x3f00);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
      for (int index = 0; index < kSums; ++index)
        sums[index] = _mm512_dpbf16_ps(sums[index], a, a);
      KEEP(sums);
    }
  return rounds * kRepeats * kSums * 32 * 2;
}

TARGET("avx512f,avx512vnni") uint64_t int8Avx512(uint64_t rounds) {
  __m512i sums[kSums] = {};
  const __m512i a = _mm512_set1_epi8(3);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
      for (int index = 0; index < kSums; ++index)
        sums[index] = _mm512_dpbusd_epi32(sums[index], a, a);
      KEEP(sums);
    }
  return rounds * kRepeats * kSums * 64 * 2;
}

TARGET("avx2,avxvnni") uint64_t int8AvxVnni(uint64_t rounds) {
  __m256i sums[kSums] = {};
  const __m256i a = _mm256_set1_epi8(3);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
      for (int index = 0; index < kSums; ++index)
        sums[index] = _mm256_dpbusd_avx_epi32(sums[index], a, a);
      KEEP(sums);
    }
  return rounds * kRepeats * kSums * 32 * 2;
}

/// Without a dot product: pairs of bytes to 16 bits, pairs of those to 32.
TARGET("avx2") uint64_t int8Avx2(uint64_t rounds) {
  __m256i sums[kSums] = {};
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i a = _mm256_set1_epi8(3);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      __asm__ volatile("" : "+x"(a));
#pragma GCC unroll 12
      for (int index = 0; index < kSums; ++index)
        sums[index] = _mm256_add_epi32(
            sums[index],
            _mm256_madd_epi16(
                _mm256_maddubs_epi16(a, _mm256_add_epi8(a, sums[index])),
                ones));
      KEEP(sums);
    }
  return rounds * kRepeats * kSums * 32 * 2;
}

/// Tile registers of 16 rows of 64 bytes: four sums, two tiles on either side.
struct alignas(64) TileConfig {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
/// Constant data: GCC 12 believes that loading a configuration reads its first
/// 8 bytes, and would drop what fills in the others.
const TileConfig kTiles;

TARGET("amx-tile,amx-bf16") uint64_t bf16Amx(uint64_t rounds) {
  _tile_loadconfig(&kTiles);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  _tile_release();
  return rounds * kRepeats * 4 * (16 * 16 * 32) * 2;
}

TARGET("amx-tile,amx-int8") uint64_t int8Amx(uint64_t rounds) {
  _tile_loadconfig(&kTiles);
  for (uint64_t round = 0; round < rounds; ++round)
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      _tile_dpbusd(0, 4, 6);
      _tile_dpbusd(1, 4, 7);
      _tile_dpbusd(2, 5, 6);
      _tile_dpbusd(3, 5, 7);
    }
  _tile_release();
  return rounds * kRepeats * 4 * (16 * 16 * 64) * 2;
}

/// Linux lets a process use AMX tiles only after it has asked.
bool mayUseTiles() {
  return __builtin_cpu_supports("amx-tile") &&
         syscall(SYS_arch_prctl, 0x1023 /* ARCH_REQ_XCOMP_PERM */, 18) == 0;
}

TARGET("avx512f") uint64_t readAvx512(const uint8_t *bytes, uint64_t size) {
  __m512i sums[8] = {};
  for (uint64_t offset = 0; offset < size; offset += sizeof(sums))
#pragma GCC unroll 8
    for (int index = 0; index < 8; ++index)
      sums[index] = _mm512_xor_si512(
          sums[index], _mm512_load_si512(bytes + offset + index * 64));
  __m512i sum = sums[0];
  for (int index = 1; index < 8; ++index)
    sum = _mm512_xor_si512(sum, sums[index]);
  return uint64_t(sum[0]);
}

TARGET("avx2") uint64_t readAvx2(const uint8_t *bytes, uint64_t size) {
  __m256i sums[8] = {};
  for (uint64_t offset = 0; offset < size; offset += sizeof(sums))
#pragma GCC unroll 8
    for (int index = 0; index < 8; ++index)
      sums[index] = _mm256_xor_si256(
          sums[index], _mm256_load_si256(reinterpret_cast<const __m256i *>(
                           bytes + offset + index * 32)));
  __m256i sum = sums[0];
  for (int index = 1; index < 8; ++index)
    sum = _mm256_xor_si256(sum, sums[index]);
  return uint64_t(sum[0]);
}

uint64_t readSse2(const uint8_t *bytes, uint64_t size) {
  __m128i sums[8] = {};
  for (uint64_t offset = 0; offset < size; offset += sizeof(sums))
#pragma GCC unroll 8
    for (int index = 0; index < 8; ++index)
      sums[index] = _mm_xor_si128(
          sums[index], _mm_load_si128(reinterpret_cast<const __m128i *>(
                           bytes + offset + index * 16)));
  __m128i sum = sums[0];
  for (int index = 1; index < 8; ++index)
    sum = _mm_xor_si128(sum, sums[index]);
  return uint64_t(sum[0]);
}

} // namespace

ArithmeticLoops llmrt::tools::fastestLoops() {
  __builtin_cpu_init();
  ArithmeticLoops loops = {f32Sse2, nullptr, nullptr};
  bool hasAvx2 = __builtin_cpu_supports("avx2");
  bool hasAvx512 = __builtin_cpu_supports("avx512f");
  if (hasAvx2 && __builtin_cpu_supports("fma"))
    loops.f32 = f32Avx2;
  if (hasAvx512)
    loops.f32 = f32Avx512;
  if (hasAvx512 && __builtin_cpu_supports("avx512bf16"))
    loops.bf16 = bf16Avx512;
  loops.int8 = hasAvx2 ? int8Avx2 : f32Sse2;
  if (hasAvx2 && __builtin_cpu_supports("avxvnni"))
    loops.int8 = int8AvxVnni;
  if (hasAvx512 && __builtin_cpu_supports("avx512vnni"))
    loops.int8 = int8Avx512;
  if (mayUseTiles()) {
    if (__builtin_cpu_supports("amx-bf16"))
      loops.bf16 = bf16Amx;
    if (__builtin_cpu_supports("amx-int8"))
      loops.int8 = int8Amx;
  }
  return loops;
}

uint64_t llmrt::tools::readAll(const uint8_t *bytes, uint64_t size) {
  return __builtin_cpu_supports("avx512f") ? readAvx512(bytes, size)
         : __builtin_cpu_supports("avx2")  ? readAvx2(bytes, size)
                                           : readSse2(bytes, size);
}
