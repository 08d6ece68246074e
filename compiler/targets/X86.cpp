//===- X86.cpp - CPU levels and their code --------------------------------===//

#include "compiler/targets/X86.h"

#include "compiler/targets/X86Features.h"
#include "runtime/lib/cpu/CpuFeatures.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

#include <set>

using namespace llvm;
using namespace llm;

namespace {

/// A level of --target=.
struct Level {
  StringLiteral name; ///< also LLVM's name of the processor
  /// LLVM's names of what tells the level from the one below, beside what LLVM
  /// uses unasked.
  StringLiteral marks;
  bool wide; ///< vectors of 64 bytes
};

} // namespace

/// Most demanding first.
static constexpr Level kLevels[] = {
    {"sapphirerapids", "amx-tile", true},
    {"znver5", "avx512vp2intersect", true},
    {"znver4", "", true},
    {"cascadelake", "", true},
    {"x86-64-v4", "", true},
    {"x86-64-v3", "", false},
};

static const TileChoices &tilesOf(const Level &level) {
  // 32 vector registers of 16 numbers: 24 sums, two weights, one broadcast. Few
  // rows wait for memory: they read one panel, then the next, as one stream.
  static const TileChoices wide{
      {1, 4, 8}, {1, 4, 8, 12}, {1, 1, 1, 2}, 12, 32, 96, 12, 128, 8, 4096};
  // 16 registers of 8 numbers: 4 rows of one panel are 8 sums.
  static const TileChoices narrow{{1, 4}, {1, 4, 4}, {1, 1, 1}, 8, 32,
                                  96,     4,         128,       8, 4096};
  return level.wide ? wide : narrow;
}

/// Code of a level for a processor that has what the level needs, with LLVM's
/// attributes, each with a comma before it.
static CpuTarget makeTarget(const Level &level, StringRef name, StringRef cpu,
                            StringRef attributes,
                            ArrayRef<std::string> asked = {}) {
  CpuTarget target;
  target.name = name.str();
  target.cpu = cpu.str();
  target.features = (level.wide ? "-prefer-256-bit" : "") + attributes.str();
  if (!level.wide)
    target.features.erase(0, 1);
  X86Features features(cpu, target.features);
  std::vector<std::string> besides(asked);
  if (!level.marks.empty())
    besides.push_back(level.marks.str());
  target.required = features.required(besides);
  target.bf16Dot = features.has("avx512bf16");
  target.byteDot = features.has("avx512vnni");
  target.byteDotBits = target.byteDot ? 512 : features.has("avxvnni") ? 256 : 0;
  target.wordVectors = features.has("avx512bw");
  target.bf16Tiles = features.has("amx-bf16");
  target.tiles = tilesOf(level);
  return target;
}

static CpuTarget makeTarget(const Level &level) {
  return makeTarget(level, level.name, level.name, "");
}

static std::string levelNames() {
  std::string names;
  for (const Level &level : kLevels)
    names += ((names.empty() ? "" : ", ") + level.name).str();
  return names;
}

static Expected<const Level *> findLevel(StringRef name) {
  for (const Level &level : kLevels)
    if (level.name == name ||
        (name == "native" &&
         llmrt::firstMissingFeature(makeTarget(level).required).empty()))
      return &level;
  if (name == "native")
    return createStringError(
        "this machine lacks AVX2, the least that is supported; accepted for "
        "other machines: --target=" +
        levelNames());
  return createStringError("--target=" + name +
                           ": unknown; accepted: native, " + levelNames());
}

/// The first feature that code of `level` asks for and `have` lacks, as
/// /proc/cpuinfo spells it; empty if there is none.
static std::string missingFeature(const Level &level, StringRef have) {
  // Instructions for dot products and the like are not the level's own: its
  // code does without them.
  std::string least =
      X86Features(level.wide ? "x86-64-v4" : "x86-64-v3", "").required({});
  SmallVector<StringRef> needed, had;
  StringRef(least).split(needed, ' ');
  have.split(had, ' ');
  for (StringRef name : needed)
    if (!is_contained(had, name))
      return name.str();
  return {};
}

Expected<CpuTarget> llm::findCpuTarget(StringRef name) {
  Expected<const Level *> level = findLevel(name);
  if (!level)
    return level.takeError();
  return makeTarget(**level);
}

Expected<CpuTarget> llm::refineCpuTarget(StringRef name, StringRef cpu,
                                         ArrayRef<std::string> attributes) {
  std::string text;
  if (cpu == "native") {
    cpu = sys::getHostCPUName();
    // What the system hides goes last: it takes along what implies it.
    std::set<std::string> here, hidden;
    for (const auto &feature : sys::getHostCPUFeatures())
      (feature.second ? here : hidden).insert(feature.first().str());
    for (const std::string &feature : here)
      text += ",+" + feature;
    for (const std::string &feature : hidden)
      text += ",-" + feature;
  } else if (!cpu.empty()) {
    if (Error error = checkProcessor(cpu))
      return error;
  }
  if (!cpu.empty())
    text += withoutUnchecked(cpu);
  std::vector<std::string> asked;
  for (StringRef attribute : attributes) {
    if (Error error = checkAttribute(attribute))
      return error;
    text += ("," + attribute).str();
    if (attribute.consume_front("+"))
      asked.push_back(attribute.str());
  }

  const Level *level = nullptr;
  if (name.empty() && !cpu.empty()) {
    // The most demanding level that the processor can run.
    std::string have = X86Features(cpu, text).required({});
    for (const Level &candidate : kLevels)
      if (missingFeature(candidate, have).empty()) {
        level = &candidate;
        break;
      }
    if (!level)
      return createStringError("-mcpu=" + cpu +
                               ": lacks AVX2 and what "
                               "belongs to it, the least that is supported");
    // Its marks are not the processor's.
    static constexpr Level wide{"", "", true}, narrow{"", "", false};
    return makeTarget(level->wide ? wide : narrow, cpu, cpu, text, asked);
  }
  Expected<const Level *> found = findLevel(name.empty() ? "native" : name);
  if (!found)
    return found.takeError();
  level = *found;
  CpuTarget target =
      makeTarget(*level, level->name,
                 cpu.empty() ? StringRef(level->name) : cpu, text, asked);
  std::string missing = missingFeature(*level, target.required);
  if (!missing.empty())
    return createStringError(
        "code of --target=" + target.name + " needs " + missing +
        ", which -mcpu or -mattr takes away; accepted: a lower level");
  return target;
}

std::unique_ptr<TargetMachine>
llm::createTargetMachine(const CpuTarget &target) {
  Triple triple("x86_64-unknown-linux-gnu");
  return std::unique_ptr<TargetMachine>(x86Target().createTargetMachine(
      triple, target.cpu, target.features, TargetOptions(), Reloc::PIC_,
      CodeModel::Small, CodeGenOptLevel::Aggressive));
}

void llm::optimize(Module &module, TargetMachine &machine, bool vectorize) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr("no-builtins");
    function.addFnAttr(Attribute::NoUnwind);
  }
  PipelineTuningOptions tuning;
  // Tiles are vectors already; what is left scalar is cold.
  tuning.LoopVectorization = vectorize;
  tuning.LoopInterleaving = vectorize;
  tuning.SLPVectorization = false;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3)
      .run(module, modules);
}

SmallVector<char, 0> llm::emitCode(Module &module, TargetMachine &machine,
                                   bool assembly) {
  SmallVector<char, 0> code;
  raw_svector_ostream stream(code);
  legacy::PassManager passes;
  machine.addPassesToEmitFile(passes, stream, nullptr,
                              assembly ? CodeGenFileType::AssemblyFile
                                       : CodeGenFileType::ObjectFile);
  passes.run(module);
  return code;
}
