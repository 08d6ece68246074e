//===- PeakLoops.cpp - Loops at the speed of a CPU's units ----------------===//
//
// Each arithmetic loop keeps more sums in registers than latency times units,
// so that no instruction waits for another. The empty asm statements make
// values opaque: no two sums are found equal, nothing is hoisted out of a loop
// or left out.
//
//===----------------------------------------------------------------------===//

#include "runtime/tools/PeakLoops.h"

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llmrt::tools;

// Registers hold the sums only if the loops over them disappear.
#define LLMRT_UNROLL _Pragma("GCC unroll 16")

//===----------------------------------------------------------------------===//
// AVX2
//===----------------------------------------------------------------------===//

constexpr int kYmmSums = 12; // of 16 registers

__attribute__((target("avx2,fma"))) static void f32Ymm(uint32_t iterations) {
  __m256 sums[kYmmSums];
  __m256 scale = _mm256_set1_ps(0.75f), step = _mm256_set1_ps(0.25f);
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm256_setzero_ps();
    asm volatile("" : "+x"(sum));
  }
  for (uint32_t i = 0; i < iterations; ++i) {
    asm volatile("" : "+x"(scale), "+x"(step));
    LLMRT_UNROLL for (auto &sum : sums) sum = _mm256_fmadd_ps(sum, scale, step);
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"x"(sum));
}

__attribute__((target("avx2"))) static void int8Ymm(uint32_t iterations) {
  __m256i sums[kYmmSums];
  __m256i left = _mm256_set1_epi8(3), right = _mm256_set1_epi8(-5);
  __m256i ones = _mm256_set1_epi16(1);
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm256_setzero_si256();
    asm volatile("" : "+x"(sum));
  }
  for (uint32_t i = 0; i < iterations; ++i) {
    LLMRT_UNROLL for (auto &sum : sums) {
      asm volatile("" : "+x"(left));
      __m256i pairs = _mm256_maddubs_epi16(left, right);
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"x"(sum));
}

__attribute__((target("avx2,avxvnni"))) static void
int8YmmDot(uint32_t iterations) {
  __m256i sums[kYmmSums];
  __m256i left = _mm256_set1_epi8(3), right = _mm256_set1_epi8(-5);
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm256_setzero_si256();
    asm volatile("" : "+x"(sum));
  }
  for (uint32_t i = 0; i < iterations; ++i) {
    asm volatile("" : "+x"(left), "+x"(right));
    LLMRT_UNROLL for (auto &sum : sums) sum =
        _mm256_dpbusd_avx_epi32(sum, left, right);
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"x"(sum));
}

__attribute__((target("avx2"))) static void readYmm(const char *data,
                                                    size_t bytes) {
  __m256i sums[8];
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm256_setzero_si256();
    asm volatile("" : "+x"(sum));
  }
  for (size_t at = 0; at < bytes; at += sizeof(sums)) {
    auto *from = reinterpret_cast<const __m256i *>(data + at);
    LLMRT_UNROLL for (int i = 0; i < 8; ++i) sums[i] =
        _mm256_xor_si256(sums[i], _mm256_load_si256(from + i));
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"x"(sum));
}

//===----------------------------------------------------------------------===//
// AVX-512
//===----------------------------------------------------------------------===//

constexpr int kZmmSums = 16; // of 32 registers

__attribute__((target("avx512f"))) static void f32Zmm(uint32_t iterations) {
  __m512 sums[kZmmSums];
  __m512 scale = _mm512_set1_ps(0.75f), step = _mm512_set1_ps(0.25f);
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm512_setzero_ps();
    asm volatile("" : "+v"(sum));
  }
  for (uint32_t i = 0; i < iterations; ++i) {
    asm volatile("" : "+v"(scale), "+v"(step));
    LLMRT_UNROLL for (auto &sum : sums) sum = _mm512_fmadd_ps(sum, scale, step);
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"v"(sum));
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static void
bf16Zmm(uint32_t iterations) {
  __m512 sums[kZmmSums];
  __m512 values = _mm512_set1_ps(0.75f);
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm512_setzero_ps();
    asm volatile("" : "+v"(sum));
  }
  for (uint32_t i = 0; i < iterations; ++i) {
    asm volatile("" : "+v"(values));
    __m512bh pairs = (__m512bh)values;
    LLMRT_UNROLL for (auto &sum : sums) sum =
        _mm512_dpbf16_ps(sum, pairs, pairs);
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"v"(sum));
}

__attribute__((target("avx512f,avx512vnni"))) static void
int8Zmm(uint32_t iterations) {
  __m512i sums[kZmmSums];
  __m512i left = _mm512_set1_epi8(3), right = _mm512_set1_epi8(-5);
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm512_setzero_si512();
    asm volatile("" : "+v"(sum));
  }
  for (uint32_t i = 0; i < iterations; ++i) {
    asm volatile("" : "+v"(left), "+v"(right));
    LLMRT_UNROLL for (auto &sum : sums) sum =
        _mm512_dpbusd_epi32(sum, left, right);
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"v"(sum));
}

__attribute__((target("avx512f"))) static void readZmm(const char *data,
                                                       size_t bytes) {
  __m512i sums[8];
  LLMRT_UNROLL for (auto &sum : sums) {
    sum = _mm512_setzero_si512();
    asm volatile("" : "+v"(sum));
  }
  for (size_t at = 0; at < bytes; at += sizeof(sums)) {
    const char *from = data + at;
    LLMRT_UNROLL for (int i = 0; i < 8; ++i) sums[i] =
        _mm512_xor_si512(sums[i], _mm512_load_si512(from + 64 * i));
  }
  LLMRT_UNROLL for (auto &sum : sums) asm volatile("" ::"v"(sum));
}

//===----------------------------------------------------------------------===//
// AMX: six tiles of sums, 16 rows of 64 bytes, and one of each operand
//===----------------------------------------------------------------------===//

namespace {

/// The memory operand of LDTILECFG (Intel SDM, volume 1, 18.3).
struct alignas(64) TileConfig {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

} // namespace

__attribute__((target("amx-tile"))) static void startTiles() {
  TileConfig config;
  _tile_loadconfig(&config);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
}

__attribute__((target("amx-tile,amx-bf16"))) static void
bf16Tiles(uint32_t iterations) {
  startTiles();
  for (uint32_t i = 0; i < iterations; ++i) {
    _tile_dpbf16ps(0, 6, 7);
    _tile_dpbf16ps(1, 6, 7);
    _tile_dpbf16ps(2, 6, 7);
    _tile_dpbf16ps(3, 6, 7);
    _tile_dpbf16ps(4, 6, 7);
    _tile_dpbf16ps(5, 6, 7);
  }
  _tile_release();
}

__attribute__((target("amx-tile,amx-int8"))) static void
int8Tiles(uint32_t iterations) {
  startTiles();
  for (uint32_t i = 0; i < iterations; ++i) {
    _tile_dpbusd(0, 6, 7);
    _tile_dpbusd(1, 6, 7);
    _tile_dpbusd(2, 6, 7);
    _tile_dpbusd(3, 6, 7);
    _tile_dpbusd(4, 6, 7);
    _tile_dpbusd(5, 6, 7);
  }
  _tile_release();
}

/// Linux saves tiles only for a process that asked for it.
static bool mayUseTiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

PeakLoops llmrt::tools::peakLoops() {
  PeakLoops loops;
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2");
  bool avx512 = __builtin_cpu_supports("avx512f");
  if (avx512)
    loops.f32 = {f32Zmm, kZmmSums * 16 * 2};
  else if (avx2 && __builtin_cpu_supports("fma"))
    loops.f32 = {f32Ymm, kYmmSums * 8 * 2};
  if (avx512 && __builtin_cpu_supports("avx512bf16"))
    loops.bf16 = {bf16Zmm, kZmmSums * 16 * 2 * 2};
  if (avx512 && __builtin_cpu_supports("avx512vnni"))
    loops.int8 = {int8Zmm, kZmmSums * 16 * 4 * 2};
  else if (avx2 && __builtin_cpu_supports("avxvnni"))
    loops.int8 = {int8YmmDot, kYmmSums * 8 * 4 * 2};
  else if (avx2)
    loops.int8 = {int8Ymm, kYmmSums * 8 * 4 * 2};
  if (__builtin_cpu_supports("amx-tile") && mayUseTiles()) {
    if (__builtin_cpu_supports("amx-bf16"))
      loops.bf16 = {bf16Tiles, 6 * 16 * 16 * 32 * 2};
    if (__builtin_cpu_supports("amx-int8"))
      loops.int8 = {int8Tiles, 6 * 16 * 16 * 64 * 2};
  }
  if (avx512)
    loops.read = readZmm;
  else if (avx2)
    loops.read = readYmm;
  return loops;
}
