//===- LinkTest.cpp - Object code to a shared object that stands alone
//-----===//

#include "compiler/object/Link.h"
#include "tests/compiler/object/LoadedObject.h"
#include "tests/compiler/object/ToyModel.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Parallel.h"

#include <cmath>
#include <set>

using namespace llvm;
using toy::says;

/// What stops a link of the toy model with this step.
static std::string refusal(StringRef code,
                           TargetOptions options = TargetOptions()) {
  toy::Bytes image;
  Error error = toy::link(toy::compile(code, options), image);
  return error ? toy::message(std::move(error)) : "";
}

static std::string step(StringRef body, StringRef outside = "") {
  return (outside + "\ndefine hidden void @toy_step(ptr %c, i32 %t) {\n" +
          body + "\n  ret void\n}\n")
      .str();
}

/// Names in the dynamic symbol table, and how many of them are undefined.
static std::set<std::string> dynamicSymbols(const toy::Bytes &image) {
  std::set<std::string> names;
  auto file = cantFail(
      object::ObjectFile::createELFObjectFile(toy::buffer(image, "image")));
  for (const object::ELFSymbolRef &symbol :
       cast<object::ELFObjectFileBase>(*file).getDynamicSymbolIterators()) {
    std::string name = cantFail(symbol.getName()).str();
    if (cantFail(symbol.getFlags()) & object::SymbolRef::SF_Undefined)
      name += " (undefined)";
    names.insert(name);
  }
  return names;
}

TEST(Link, ExportsOneSymbolAndNeedsNone) {
  toy::Bytes image = toy::linked();
  EXPECT_EQ(dynamicSymbols(image), std::set<std::string>{"llmrt_model_toy"});
  object::ELF64LEFile elf = cantFail(
      object::ELF64LEFile::create(StringRef(image.data(), image.size())));
  for (const auto &entry : cantFail(elf.dynamicEntries()))
    EXPECT_NE(entry.getTag(), ELF::DT_NEEDED);
}

TEST(Link, BytesDependOnTheObjectsOnly) {
  toy::Bytes descriptor = toy::describe(toy::description());
  toy::Bytes code = toy::compile(toy::kAddWeight);
  toy::Bytes first, second;
  cantFail(llm::linkSharedObject(
      {toy::buffer(descriptor, "descriptor.o"), toy::buffer(code, "step.o")},
      "llmrt_model_toy", first));
  cantFail(llm::linkSharedObject({toy::buffer(descriptor, "/elsewhere/a.o"),
                                  toy::buffer(code, "/elsewhere/b.o")},
                                 "llmrt_model_toy", second));
  EXPECT_EQ(first, second);
  EXPECT_EQ(StringRef(first.data(), first.size()).find("llm-link"),
            StringRef::npos);
}

TEST(Link, ListsEveryUndefinedSymbolAndWhoUsesIt) {
  std::string text = refusal(step(R"(
  call void @helper()
  call void @missing_a()
  call void @missing_b())",
                                  R"(
declare void @missing_a()
declare void @missing_b()
define internal void @helper() noinline {
  call void @missing_b()
  ret void
})"));
  EXPECT_TRUE(says(text, "missing_a (in toy_step)"));
  EXPECT_TRUE(says(text, "missing_b (in helper)"));
  EXPECT_EQ(text.find("llm-link"), std::string::npos) << text;
}

TEST(Link, RefusesAWeakUndefinedSymbol) {
  EXPECT_TRUE(says(
      refusal(step("call void @maybe()", "declare extern_weak void @maybe()")),
      "symbol 'maybe' is undefined"));
}

TEST(Link, RefusesAConstructor) {
  std::string code = step("", R"(
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }]
    [{ i32, ptr, ptr } { i32 65535, ptr @start, ptr null }]
define internal void @start() {
  ret void
})");
  TargetOptions options;
  options.UseInitArray = true;
  EXPECT_TRUE(says(refusal(code, options), "has a constructor"));
  options.UseInitArray = false;
  EXPECT_TRUE(says(refusal(code, options), "(.ctors)"));
}

TEST(Link, RefusesAnIfunc) {
  std::string text = refusal(step("call void @chosen()", R"(
@chosen = internal ifunc void (), ptr @choose
define internal ptr @choose() {
  ret ptr null
})"));
  EXPECT_TRUE(says(text, "R_X86_64_IRELATIVE"));
}

TEST(Link, RefusesThreadLocalStorage) {
  EXPECT_TRUE(says(refusal(step("store i32 1, ptr @counter",
                                "@counter = internal thread_local(localexec) "
                                "global i32 0")),
                   "R_X86_64_TPOFF32"));
  EXPECT_TRUE(
      says(refusal(step("%p = call ptr "
                        "@llvm.threadlocal.address.p0(ptr @counter)\n"
                        "store i32 1, ptr %p",
                        "declare ptr @llvm.threadlocal.address.p0(ptr)\n"
                        "@counter = internal thread_local(initialexec) "
                        "global i32 0")),
           "thread-local storage"));
}

TEST(Link, RefusesAnObjectWithoutTheExportedSymbol) {
  toy::Bytes code = toy::compile(toy::kAddWeight), image;
  Error error = llm::linkSharedObject({toy::buffer(code, "step.o")},
                                      "llmrt_model_toy", image);
  EXPECT_TRUE(says(toy::message(std::move(error)), "llmrt_model_toy"));
}

TEST(Link, RefusesWhatIsNoObject) {
  toy::Bytes junk(100, 'x'), image;
  Error error = llm::linkSharedObject({toy::buffer(junk, "junk.o")},
                                      "llmrt_model_toy", image);
  EXPECT_TRUE(says(toy::message(std::move(error)), "junk.o"));
}

TEST(Link, LeavesTheProcessesParallelismAlone) {
  auto before = parallel::strategy.ThreadsRequested;
  toy::linked();
  EXPECT_EQ(parallel::strategy.ThreadsRequested, before);
}
