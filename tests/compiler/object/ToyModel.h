//===- ToyModel.h - A model of a few instructions, for tests
//---------------===//
//
// A step function written as LLVM IR, compiled as the CPU stage compiles a real
// one, a descriptor that the runtime accepts, and the way through the linker.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_TESTS_COMPILER_OBJECT_TOYMODEL_H
#define LLM_TESTS_COMPILER_OBJECT_TOYMODEL_H

#include "compiler/object/Descriptor.h"
#include "compiler/object/Link.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include "gtest/gtest.h"

#include <fstream>
#include <iterator>
#include <string>

namespace toy {

using Bytes = llvm::SmallVector<char, 0>;

inline std::string message(llvm::Error error) {
  return llvm::toString(std::move(error));
}

/// For EXPECT_TRUE: whether a message says what it should.
inline testing::AssertionResult says(const std::string &text,
                                     llvm::StringRef part) {
  if (llvm::StringRef(text).contains(part))
    return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "no \"" << part.str() << "\" in: \"" << text << '"';
}

inline llvm::MemoryBufferRef buffer(const Bytes &bytes, llvm::StringRef name) {
  return {llvm::StringRef(bytes.data(), bytes.size()), name};
}

/// LLVM IR as an x86-64 object file.
inline Bytes compile(llvm::StringRef text,
                     llvm::TargetOptions options = llvm::TargetOptions()) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  std::unique_ptr<llvm::Module> module =
      llvm::parseAssemblyString(text, diagnostic, context);
  Bytes object;
  if (!module) {
    ADD_FAILURE() << diagnostic.getMessage().str();
    return object;
  }
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string problem;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, problem);
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, "x86-64", "", options, llvm::Reloc::PIC_));
  module->setTargetTriple(triple);
  module->setDataLayout(machine->createDataLayout());
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager passes;
  EXPECT_FALSE(machine->addPassesToEmitFile(passes, stream, nullptr,
                                            llvm::CodeGenFileType::ObjectFile));
  passes.run(*module);
  return object;
}

/// output[0] = input[0] + (first float of the weights).
constexpr llvm::StringLiteral kAddWeight = R"(
define hidden void @toy_step(ptr %context, i32 %thread) {
  %arguments = load ptr, ptr %context
  %weights.at = getelementptr i8, ptr %context, i64 16
  %weights = load ptr, ptr %weights.at
  %input = load ptr, ptr %arguments
  %output.at = getelementptr ptr, ptr %arguments, i64 1
  %output = load ptr, ptr %output.at
  %x = load float, ptr %input
  %w = load float, ptr %weights
  %y = fadd float %x, %w
  store float %y, ptr %output
  ret void
})";

inline llm::ObjectDescription description() {
  llm::ObjectDescription model;
  model.name = "toy";
  model.provenance = "llm-compile toy";
  model.facts.vocabSize = 16;
  model.facts.maxContext = 64;
  model.facts.maxBatch = 1;
  model.facts.maxRows = 8;
  model.arguments.push_back({"hidden",
                             llmrt::ElementType::F32,
                             /*isOutput=*/false,
                             /*required=*/true,
                             {{int32_t(llmrt::DimSymbol::Rows), 0, 0}}});
  model.arguments.push_back(
      {"logits",
       llmrt::ElementType::F32,
       /*isOutput=*/true,
       /*required=*/true,
       {{int32_t(llmrt::DimSymbol::Outputs), 0, 0}, {-1, 0, 16}}});
  model.levels.push_back({"x86-64", "", "toy_step", 64, 64});
  return model;
}

inline Bytes describe(const llm::ObjectDescription &model) {
  llvm::Expected<Bytes> object = llm::emitDescriptorObject(model);
  if (!object) {
    ADD_FAILURE() << message(object.takeError());
    return {};
  }
  return std::move(*object);
}

/// The model above with `step` for its code, linked; no weights yet.
inline llvm::Error
link(const Bytes &step, Bytes &image,
     std::vector<llm::ExtractedMember> *extracted = nullptr) {
  Bytes descriptor = describe(description());
  return llm::linkSharedObject(
      {buffer(descriptor, "descriptor.o"), buffer(step, "step.o")},
      "llmrt_model_toy", image, extracted);
}

inline Bytes linked(llvm::StringRef code = kAddWeight) {
  Bytes image;
  if (llvm::Error error = link(compile(code), image))
    ADD_FAILURE() << message(std::move(error));
  return image;
}

inline std::string contents(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream.is_open()) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A folder that goes with the test.
class Folder {
public:
  Folder() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("llm-test", path));
  }
  ~Folder() { llvm::sys::fs::remove_directories(path); }

  std::string file(llvm::StringRef name) const {
    llvm::SmallString<128> full(path);
    llvm::sys::path::append(full, name);
    return std::string(full);
  }

  /// The names of everything inside.
  std::vector<std::string> list() const {
    std::vector<std::string> names;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator at(path, code), end;
         at != end && !code; at.increment(code))
      names.push_back(llvm::sys::path::filename(at->path()).str());
    return names;
  }

private:
  llvm::SmallString<128> path;
};

} // namespace toy

#endif // LLM_TESTS_COMPILER_OBJECT_TOYMODEL_H
