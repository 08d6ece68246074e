//===- X86Features.cpp - Instructions that a CPU level's code uses --------===//

#include "compiler/targets/X86Features.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace llm;

namespace {

/// A feature that the runtime can check for (runtime/lib/cpu/CpuFeatures.cpp).
struct Checked {
  StringLiteral name;    ///< LLVM's
  StringLiteral cpuinfo; ///< Linux's
  bool generated; ///< LLVM uses it unasked; the others, by intrinsics only
};

} // namespace

static constexpr Checked kChecked[] = {
    {"avx", "avx", true},
    {"avx2", "avx2", true},
    {"bmi", "bmi1", true},
    {"bmi2", "bmi2", true},
    {"f16c", "f16c", true},
    {"fma", "fma", true},
    {"lzcnt", "abm", true},
    {"movbe", "movbe", true},
    {"avx512f", "avx512f", true},
    {"avx512bw", "avx512bw", true},
    {"avx512cd", "avx512cd", true},
    {"avx512dq", "avx512dq", true},
    {"avx512vl", "avx512vl", true},
    {"avx512vnni", "avx512_vnni", true},
    {"avx512bf16", "avx512_bf16", true},
    {"avx512fp16", "avx512_fp16", true},
    {"avx512ifma", "avx512ifma", true},
    {"avx512vbmi", "avx512vbmi", true},
    {"avx512vbmi2", "avx512_vbmi2", true},
    {"avx512bitalg", "avx512_bitalg", true},
    {"avx512vpopcntdq", "avx512_vpopcntdq", true},
    {"gfni", "gfni", true},
    {"avxvnni", "avx_vnni", true},
    {"avxvnniint8", "avx_vnni_int8", true},
    {"avxvnniint16", "avx_vnni_int16", true},
    {"avxneconvert", "avx_ne_convert", true},
    {"avxifma", "avx_ifma", true},
    {"sse4a", "sse4a", true},
    {"adx", "adx", false},
    {"aes", "aes", false},
    {"amx-bf16", "amx_bf16", false},
    {"amx-fp16", "amx_fp16", false},
    {"amx-int8", "amx_int8", false},
    {"amx-tile", "amx_tile", false},
    {"avx512vp2intersect", "avx512_vp2intersect", false},
    {"cldemote", "cldemote", false},
    {"clflushopt", "clflushopt", false},
    {"clwb", "clwb", false},
    {"pclmul", "pclmulqdq", false},
    {"sha", "sha_ni", false},
    {"vaes", "vaes", false},
    {"vpclmulqdq", "vpclmulqdq", false},
    {"waitpkg", "waitpkg", false},
};

/// What LLVM uses unasked and the runtime cannot check for.
static constexpr StringLiteral kUnchecked[] = {
    "fma4",      "xop", "tbm", "cmpccxadd", "avx10.1", "avx10.2", "egpr",
    "push2pop2", "ppx", "ndd", "ccmp",      "nf",      "cf",      "zu"};

const Target &llm::x86Target() {
  static const Target *target = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    std::string error;
    return TargetRegistry::lookupTarget(Triple("x86_64-unknown-linux-gnu"),
                                        error);
  }();
  assert(target && "the X86 target is linked in");
  return *target;
}

static std::unique_ptr<MCSubtargetInfo> subtarget(StringRef cpu,
                                                  StringRef features) {
  return std::unique_ptr<MCSubtargetInfo>(x86Target().createMCSubtargetInfo(
      Triple("x86_64-unknown-linux-gnu"), cpu, features));
}

Error llm::checkProcessor(StringRef cpu) {
  if (X86::parseArchX86(cpu, /*Only64Bit=*/true) != X86::CK_None &&
      subtarget("x86-64", "")->isCPUStringValid(cpu))
    return Error::success();
  SmallVector<StringRef> names;
  X86::fillValidCPUArchList(names, /*Only64Bit=*/true);
  return createStringError("-mcpu=" + cpu + ": unknown; accepted: native, " +
                           join(names, ", "));
}

/// Choices among instructions, which change what no machine needs.
static bool isTuning(StringRef name) {
  return any_of(ArrayRef<StringRef>{"fast-", "slow-", "prefer-", "false-deps-"},
                [&](StringRef prefix) { return name.starts_with(prefix); });
}

Error llm::checkAttribute(StringRef attribute) {
  StringRef name = attribute;
  if (!name.consume_front("+") && !name.consume_front("-"))
    return createStringError("-mattr=" + attribute +
                             ": accepted: +name or -name");
  bool known =
      any_of(subtarget("x86-64", "")->getAllProcessorFeatures(),
             [&](const SubtargetFeatureKV &kv) { return name == kv.Key; });
  auto is = [&](const Checked &checked) { return checked.name == name; };
  if (known && (any_of(kChecked, is) || isTuning(name)))
    return Error::success();
  std::string accepted;
  for (const Checked &checked : kChecked)
    accepted += (", " + checked.name).str();
  return createStringError(
      "-mattr=" + attribute +
      (known ? ": not supported yet: an attribute that the runtime cannot "
               "check for"
             : ": unknown") +
      "; accepted: LLVM's fast-*, slow-*, prefer-* and false-deps-*" +
      accepted);
}

std::string llm::withoutUnchecked(StringRef cpu) {
  X86Features has(cpu, "");
  std::string attributes;
  for (StringRef name : kUnchecked)
    if (has.has(name))
      attributes += (",-" + name).str();
  return attributes;
}

X86Features::X86Features(StringRef cpu, StringRef features) {
  for (const SubtargetFeatureKV &kv :
       subtarget(cpu, features)->getEnabledProcessorFeatures())
    names.insert(kv.Key);
}

std::string X86Features::required(ArrayRef<std::string> besides) const {
  std::string text;
  for (const Checked &checked : kChecked)
    if (has(checked.name) &&
        (checked.generated || is_contained(besides, checked.name)))
      text += ((text.empty() ? "" : " ") + checked.cpuinfo).str();
  return text;
}
