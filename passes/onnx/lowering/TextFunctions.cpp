//===- TextFunctions.cpp - What graphs do with texts, in MLIR -------------===//

#include "passes/onnx/lowering/Text.h"

using namespace llm::onnx;

/// -1, 0 or 1 as x is before, equal to or behind y, by bytes, which is the
/// order of code points.
constexpr const char *kCompare = R"mlir(
func.func @text.compare(%x: i64, %y: i64) -> i64 {
  %zero = arith.constant 0 : i64
  %one = arith.constant 1 : i64
  %minus = arith.constant -1 : i64
  %no = arith.constant false
  %left = llvm.inttoptr %x : i64 to !llvm.ptr
  %right = llvm.inttoptr %y : i64 to !llvm.ptr
  %leftSize = llvm.load %left : !llvm.ptr -> i64
  %rightSize = llvm.load %right : !llvm.ptr -> i64
  %leftText = llvm.getelementptr %left[8] : (!llvm.ptr) -> !llvm.ptr, i8
  %rightText = llvm.getelementptr %right[8] : (!llvm.ptr) -> !llvm.ptr, i8
  %shorter = arith.minui %leftSize, %rightSize : i64
  %end = scf.while (%i = %zero) : (i64) -> i64 {
    %inside = arith.cmpi ult, %i, %shorter : i64
    %same = scf.if %inside -> i1 {
      %aAt = llvm.getelementptr %leftText[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
      %bAt = llvm.getelementptr %rightText[%i] : (!llvm.ptr, i64) -> !llvm.ptr, i8
      %a = llvm.load %aAt : !llvm.ptr -> i8
      %b = llvm.load %bAt : !llvm.ptr -> i8
      %equal = arith.cmpi eq, %a, %b : i8
      scf.yield %equal : i1
    } else {
      scf.yield %no : i1
    }
    scf.condition(%same) %i : i64
  } do {
  ^bb0(%i: i64):
    %next = arith.addi %i, %one : i64
    scf.yield %next : i64
  }
  %differ = arith.cmpi ult, %end, %shorter : i64
  %a, %b = scf.if %differ -> (i64, i64) {
    %aAt = llvm.getelementptr %leftText[%end] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %bAt = llvm.getelementptr %rightText[%end] : (!llvm.ptr, i64) -> !llvm.ptr, i8
    %a8 = llvm.load %aAt : !llvm.ptr -> i8
    %b8 = llvm.load %bAt : !llvm.ptr -> i8
    %a64 = arith.extui %a8 : i8 to i64
    %b64 = arith.extui %b8 : i8 to i64
    scf.yield %a64, %b64 : i64, i64
  } else {
    scf.yield %leftSize, %rightSize : i64, i64
  }
  %less = arith.cmpi ult, %a, %b : i64
  %more = arith.cmpi ugt, %a, %b : i64
  %above = arith.select %more, %one, %zero : i64
  %result = arith.select %less, %minus, %above : i64
  return %result : i64
}
)mlir";

const TextFunction *llm::onnx::findTextFunction(llvm::StringRef name) {
  static const TextFunction functions[] = {
      {"text.compare", "", kCompare},
  };
  for (const TextFunction &function : functions)
    if (name == function.name)
      return &function;
  return nullptr;
}
