//===- SupportArchiveTest.cpp - The libraries that are linked into a model
//-===//

#include "compiler/object/SupportArchive.h"
#include "compiler/object/WeightSegment.h"
#include "tests/compiler/object/LoadedObject.h"
#include "tests/compiler/object/ToyModel.h"

#include <cmath>

using namespace llvm;

/// A step that calls what LLVM makes of exp, sin, memcpy and both halves.
static constexpr StringLiteral kCallsMath = R"(
declare float @llvm.exp.f32(float)
declare double @llvm.sin.f64(double)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define internal float @rounded(float %x) noinline {
  %bf = fptrunc float %x to bfloat
  %f = fpext bfloat %bf to float
  %h = fptrunc float %f to half
  %y = fpext half %h to float
  ret float %y
}
define hidden void @toy_step(ptr %context, i32 %thread) {
  %arguments = load ptr, ptr %context
  %input = load ptr, ptr %arguments
  %output.at = getelementptr ptr, ptr %arguments, i64 1
  %output = load ptr, ptr %output.at
  %x = load float, ptr %input
  %e = call float @llvm.exp.f32(float %x)
  %d = fpext float %x to double
  %s = call double @llvm.sin.f64(double %d)
  %sf = fptrunc double %s to float
  %r = call float @rounded(float %e)
  %y = fadd float %r, %sf
  store float %y, ptr %input
  %n = zext i32 %thread to i64
  %bytes = add i64 %n, 4
  call void @llvm.memcpy.p0.p0.i64(ptr %output, ptr %input, i64 %bytes, i1 false)
  ret void
})";

TEST(SupportArchive, SuppliesWhatLLVMCalls) {
  toy::Folder folder;
  toy::Bytes image;
  std::vector<llm::ExtractedMember> extracted;
  cantFail(toy::link(toy::compile(kCallsMath), image, &extracted));
  std::map<std::string, std::string> members;
  for (const llm::ExtractedMember &member : extracted)
    members[member.symbol] = member.member;
  EXPECT_EQ(members["expf"], "libc(expf.cpp.o)");
  EXPECT_EQ(members["sin"], "libc(sin.cpp.o)");
  EXPECT_EQ(members["memcpy"], "libc(memcpy.cpp.o)");
  EXPECT_EQ(members["__truncsfbf2"], "builtins(truncsfbf2.c.o)");

  std::string path = folder.file("model.so");
  auto writer = cantFail(
      llm::WeightSegmentWriter::create(path, image, "llmrt_model_toy", 64));
  cantFail(writer->finish(1));
  toy::LoadedObject object(path);
  ASSERT_TRUE(object);
  // exp(1) is 2.71875 in bfloat16, which half can hold.
  EXPECT_NEAR(object.step(1.0f), 2.71875f + std::sin(1.0), 1e-6);
}

/// What LLVM's X86 backend and MLIR's math lowerings are known to call.
TEST(SupportArchive, DefinesEveryKnownCallee) {
  std::string declarations, calls;
  for (const char *name :
       {"memcpy",        "memmove",      "memset",       "memcmp",
        "bcmp",          "expf",         "exp",          "exp2f",
        "exp2",          "logf",         "log",          "log2f",
        "log2",          "sinf",         "sin",          "cosf",
        "cos",           "tanhf",        "powf",         "pow",
        "erff",          "sqrtf",        "sqrt",         "fmaf",
        "fma",           "fmodf",        "fmod",         "floorf",
        "floor",         "ceilf",        "ceil",         "truncf",
        "trunc",         "roundf",       "roundevenf",   "roundeven",
        "rintf",         "rint",         "nearbyintf",   "nearbyint",
        "ldexpf",        "ldexp",        "fminf",        "fmaxf",
        "__truncsfbf2",  "__truncdfbf2", "__truncsfhf2", "__truncdfhf2",
        "__extendhfsf2", "__divti3",     "__udivti3",    "__modti3",
        "__umodti3",     "__fixunssfti"}) {
    declarations += std::string("declare void @") + name + "()\n";
    calls += std::string("  call void @") + name + "()\n";
  }
  toy::Bytes image;
  Error error = toy::link(
      toy::compile(declarations +
                   "define hidden void @toy_step(ptr %c, i32 %t) {\n" + calls +
                   "  ret void\n}\n"),
      image);
  EXPECT_FALSE(error) << toy::message(std::move(error));
}

TEST(SupportArchive, NamesTheCallersOfEachCall) {
  toy::Bytes object = toy::compile(kCallsMath);
  auto calls = cantFail(llm::findSupportCalls(toy::buffer(object, "step.o")));
  std::vector<std::string> shown;
  for (const llm::SupportCall &call : calls)
    shown.push_back(call.caller + " -> " + call.callee + " x" +
                    std::to_string(call.sites));
  EXPECT_EQ(shown,
            (std::vector<std::string>{
                "rounded -> __extendhfsf2 x1", "rounded -> __truncsfbf2 x1",
                "rounded -> __truncsfhf2 x1", "toy_step -> expf x1",
                "toy_step -> memcpy x1", "toy_step -> sin x1"}));
}

TEST(SupportArchive, IsLeftOutWhereNothingCallsIt) {
  std::vector<llm::ExtractedMember> extracted;
  toy::Bytes image;
  cantFail(toy::link(toy::compile(toy::kAddWeight), image, &extracted));
  EXPECT_TRUE(extracted.empty());
  EXPECT_LT(image.size(), 4096u);
}
