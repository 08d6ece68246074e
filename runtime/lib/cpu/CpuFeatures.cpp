//===- CpuFeatures.cpp - What this CPU and its system can run -------------===//
//
// Bit positions are those of Intel's SDM, volume 2A, CPUID, and AMD's APM,
// volume 3, appendix E. The name of a bit is Linux's.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/cpu/CpuFeatures.h"

#include <cstdint>

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llmrt;

namespace {

enum Register : uint8_t { EAX, EBX, ECX, EDX };

/// Which registers the system has to save for a feature to be usable.
enum Saved : uint8_t { None, Ymm, Zmm, Tiles };

struct Feature {
  std::string_view name;
  uint32_t leaf, subleaf;
  Register where;
  uint8_t bit;
  Saved saved;
};

constexpr Feature kFeatures[] = {
    {"fpu", 1, 0, EDX, 0, None},
    {"tsc", 1, 0, EDX, 4, None},
    {"cx8", 1, 0, EDX, 8, None},
    {"cmov", 1, 0, EDX, 15, None},
    {"mmx", 1, 0, EDX, 23, None},
    {"fxsr", 1, 0, EDX, 24, None},
    {"sse", 1, 0, EDX, 25, None},
    {"sse2", 1, 0, EDX, 26, None},
    {"pni", 1, 0, ECX, 0, None},
    {"pclmulqdq", 1, 0, ECX, 1, None},
    {"ssse3", 1, 0, ECX, 9, None},
    {"fma", 1, 0, ECX, 12, Ymm},
    {"cx16", 1, 0, ECX, 13, None},
    {"sse4_1", 1, 0, ECX, 19, None},
    {"sse4_2", 1, 0, ECX, 20, None},
    {"movbe", 1, 0, ECX, 22, None},
    {"popcnt", 1, 0, ECX, 23, None},
    {"aes", 1, 0, ECX, 25, None},
    {"xsave", 1, 0, ECX, 26, None},
    {"avx", 1, 0, ECX, 28, Ymm},
    {"f16c", 1, 0, ECX, 29, Ymm},
    {"rdrand", 1, 0, ECX, 30, None},
    {"fsgsbase", 7, 0, EBX, 0, None},
    {"bmi1", 7, 0, EBX, 3, None},
    {"avx2", 7, 0, EBX, 5, Ymm},
    {"bmi2", 7, 0, EBX, 8, None},
    {"avx512f", 7, 0, EBX, 16, Zmm},
    {"avx512dq", 7, 0, EBX, 17, Zmm},
    {"rdseed", 7, 0, EBX, 18, None},
    {"adx", 7, 0, EBX, 19, None},
    {"avx512ifma", 7, 0, EBX, 21, Zmm},
    {"clflushopt", 7, 0, EBX, 23, None},
    {"clwb", 7, 0, EBX, 24, None},
    {"avx512cd", 7, 0, EBX, 28, Zmm},
    {"sha_ni", 7, 0, EBX, 29, None},
    {"avx512bw", 7, 0, EBX, 30, Zmm},
    {"avx512vl", 7, 0, EBX, 31, Zmm},
    {"avx512vbmi", 7, 0, ECX, 1, Zmm},
    {"waitpkg", 7, 0, ECX, 5, None},
    {"avx512_vbmi2", 7, 0, ECX, 6, Zmm},
    {"gfni", 7, 0, ECX, 8, None},
    {"vaes", 7, 0, ECX, 9, Ymm},
    {"vpclmulqdq", 7, 0, ECX, 10, Ymm},
    {"avx512_vnni", 7, 0, ECX, 11, Zmm},
    {"avx512_bitalg", 7, 0, ECX, 12, Zmm},
    {"avx512_vpopcntdq", 7, 0, ECX, 14, Zmm},
    {"rdpid", 7, 0, ECX, 22, None},
    {"cldemote", 7, 0, ECX, 25, None},
    {"movdiri", 7, 0, ECX, 27, None},
    {"movdir64b", 7, 0, ECX, 28, None},
    {"avx512_vp2intersect", 7, 0, EDX, 8, Zmm},
    {"serialize", 7, 0, EDX, 14, None},
    {"amx_bf16", 7, 0, EDX, 22, Tiles},
    {"avx512_fp16", 7, 0, EDX, 23, Zmm},
    {"amx_tile", 7, 0, EDX, 24, Tiles},
    {"amx_int8", 7, 0, EDX, 25, Tiles},
    {"avx_vnni", 7, 1, EAX, 4, Ymm},
    {"avx512_bf16", 7, 1, EAX, 5, Zmm},
    {"amx_fp16", 7, 1, EAX, 21, Tiles},
    {"avx_ifma", 7, 1, EAX, 23, Ymm},
    {"avx_vnni_int8", 7, 1, EDX, 4, Ymm},
    {"avx_ne_convert", 7, 1, EDX, 5, Ymm},
    {"avx_vnni_int16", 7, 1, EDX, 10, Ymm},
    {"xsaveopt", 13, 1, EAX, 0, None},
    {"xsavec", 13, 1, EAX, 1, None},
    {"lahf_lm", 0x80000001, 0, ECX, 0, None},
    {"abm", 0x80000001, 0, ECX, 5, None},
    {"sse4a", 0x80000001, 0, ECX, 6, None},
    {"3dnowprefetch", 0x80000001, 0, ECX, 8, None},
    {"clzero", 0x80000008, 0, EBX, 0, None},
    {"wbnoinvd", 0x80000008, 0, EBX, 9, None},
};

} // namespace

/// AMX tiles are 8 KiB of state a thread: Linux wants a process to ask before
/// it uses them. Asking again is harmless.
static bool mayUseTiles() {
  constexpr long requestPermission = 0x1023; // ARCH_REQ_XCOMP_PERM
  constexpr long tileData = 18;              // XFEATURE_XTILE_DATA
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
}

static bool systemSaves(Saved saved) {
  if (saved == None)
    return true;
  uint32_t eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE))
    return false;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  uint32_t needed = saved == Ymm ? 0x6 : saved == Zmm ? 0xe6 : 0x60000;
  return (low & needed) == needed && (saved != Tiles || mayUseTiles());
}

bool llmrt::hasCpuFeature(std::string_view name) {
  for (const Feature &feature : kFeatures) {
    if (feature.name != name)
      continue;
    uint32_t registers[4];
    return __get_cpuid_count(feature.leaf, feature.subleaf, &registers[EAX],
                             &registers[EBX], &registers[ECX],
                             &registers[EDX]) &&
           (registers[feature.where] >> feature.bit & 1) &&
           systemSaves(feature.saved);
  }
  return false;
}

std::string_view llmrt::firstMissingFeature(std::string_view features) {
  while (!features.empty()) {
    size_t end = features.find(' ');
    std::string_view name = features.substr(0, end);
    if (!name.empty() && !hasCpuFeature(name))
      return name;
    features.remove_prefix(end == std::string_view::npos ? features.size()
                                                         : end + 1);
  }
  return {};
}
